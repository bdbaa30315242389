"""Reading what customers are like."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from regulars.customers.models import Traits as Row
from regulars.customers.types import Traits, TraitValue


def traits_of(profile_ids: Collection[int]) -> dict[int, Traits]:
    """The traits of those among these profiles that have any."""
    found: defaultdict[int, dict[bool, dict[str, TraitValue]]] = defaultdict(dict)
    rows = Row.objects.filter(profile_id__in=profile_ids).exclude(values={})
    for profile_id, verified, values in rows.values_list("profile_id", "verified", "values"):
        found[profile_id][verified] = values
    return {id_: Traits(kinds.get(True, {}), kinds.get(False, {})) for id_, kinds in found.items()}
