"""Whom a list of ids, addresses and numbers names."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.customers import queries as customers
from regulars.customers.types import SHOP, IdentityType

SHARED_MAX = 5
"""An address or a number of more people than this is nobody's own."""


def persons_named(references: Sequence[str]) -> dict[str, set[int]]:
    """The persons of each reference that names any: the shop's own id, else an e-mail address or a phone.

    An address or number that more than SHARED_MAX persons have names nobody.
    """
    asked = {reference: stripped for reference in references if (stripped := reference.strip())}
    profiles: dict[str, list[int]] = {}
    ids = customers.profile_ids({(SHOP, one) for one in asked.values()})
    for (_source, one), profile_id in ids.items():
        profiles[one] = [profile_id]
    for type_ in (IdentityType.EMAIL, IdentityType.PHONE):
        left = {
            one
            for one in asked.values()
            if one not in profiles and ("@" in one) == (type_ is IdentityType.EMAIL)
        }
        if left:
            profiles |= customers.profiles_by_identity(type_, left)
    whose = customers.persons_of(one for some in profiles.values() for one in some)
    found: dict[str, set[int]] = {}
    for reference, one in asked.items():
        persons = {whose[profile_id] for profile_id in profiles.get(one, ()) if profile_id in whose}
        if 0 < len(persons) <= SHARED_MAX:
            found[reference] = persons
    return found
