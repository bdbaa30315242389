"""By which of its own ids the shop knows somebody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from regulars.customers.models import Profile
from regulars.customers.types import SHOP


def shop_ids(person_ids: Sequence[int]) -> dict[int, list[str]]:
    """All ids of these persons that came as the shop's own, the one known longest first.

    Without those of whom other sources alone told.
    """
    found: dict[int, list[str]] = defaultdict(list)
    rows = Profile.objects.filter(person_id__in=person_ids, source=SHOP).order_by("id")
    for person_id, external_id in rows.values_list("person_id", "external_id"):
        found[person_id].append(external_id)
    return dict(found)


def persons_of_shop_ids(ids: Sequence[str]) -> dict[str, int]:
    """Whose these ids are; without those that nobody has."""
    rows = Profile.objects.filter(source=SHOP, external_id__in=ids)
    return dict(rows.values_list("external_id", "person_id"))
