"""Reading customers as programs ask for them: by profile, with all that is known of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db import connection
from django.db.models import QuerySet

from regulars.customers.models import Identity, Profile
from regulars.customers.queries.region import region_for
from regulars.customers.queries.traits import traits_of
from regulars.customers.rules import forms
from regulars.customers.types import SHOP, IdentityType, ProfileDetails, Traits

PAGE_MAX = 1_000
"""Most profiles read at once."""

# The expressions are those of the indexes for searching.
_BY_IDENTITY = """
SELECT i.value, i.profile_id FROM customers_identity AS i WHERE {where} ORDER BY i.profile_id
"""
_WHERE = {
    IdentityType.EMAIL: "i.type = 'email' AND i.value COLLATE \"C\" = ANY(%(values)s)",
    IdentityType.PHONE: "i.type = 'phone' AND reverse(i.value) COLLATE \"C\" = ANY(%(values)s)",
}
_WHERE_OTHER = """i.type NOT IN ('email', 'phone') AND i.type = %(type)s
AND i.value COLLATE "C" = ANY(%(values)s)"""


def profile(source: str, external_id: str) -> ProfileDetails | None:
    """A customer by the id of a source; None if it names nobody."""
    return next(iter(_details(Profile.objects.filter(source=source, external_id=external_id))), None)


def profiles(profile_ids: Collection[int]) -> dict[int, ProfileDetails]:
    """Those among these that are there."""
    return {found.id: found for found in _details(Profile.objects.filter(pk__in=profile_ids))}


def profiles_page(*, after: int = 0, limit: int, source: str = SHOP) -> list[ProfileDetails]:
    """Customers of a source in the order of their ids, from behind the profile `after`; at most PAGE_MAX."""
    rows = Profile.objects.filter(source=source, pk__gt=after).order_by("id")
    return _details(rows[: min(limit, PAGE_MAX)])


def profiles_by_identity(type_: IdentityType, values: Collection[str]) -> dict[str, list[int]]:
    """Whose profiles these addresses or numbers are, the oldest first, by the value as it was asked for."""
    region = region_for((type_, value) for value in values)
    stored = {value: forms(type_, value, region) for value in values}
    turn = -1 if type_ is IdentityType.PHONE else 1
    wanted = sorted({form[::turn] for of in stored.values() for form in of})
    found: defaultdict[str, list[int]] = defaultdict(list)
    with connection.cursor() as cursor:
        statement = _BY_IDENTITY.format(where=_WHERE.get(type_, _WHERE_OTHER))
        cursor.execute(statement, {"values": wanted, "type": type_.value})
        for value, profile_id in cursor.fetchall():
            found[value].append(profile_id)
    return {
        asked: sorted({id_ for form in of for id_ in found[form]})
        for asked, of in stored.items()
        if not found.keys().isdisjoint(of)
    }


def stored_forms(type_: IdentityType, value: str) -> tuple[str, ...]:
    """The forms in which an address or a number may be stored, for who looks for it in a statement of theirs.

    Asks the database for nothing but the shop's country, and that only of a phone number without one.
    """
    return forms(type_, value, region_for([(type_, value)]))


def _details(profiles: QuerySet[Profile]) -> list[ProfileDetails]:
    rows = list(profiles)
    ids = [row.pk for row in rows]
    identities: defaultdict[int, list[tuple[IdentityType, str]]] = defaultdict(list)
    found = Identity.objects.filter(profile_id__in=ids).order_by("id")
    for profile_id, type_, value in found.values_list("profile_id", "type", "value"):
        identities[profile_id].append((IdentityType(type_), value))
    traits = traits_of(ids)
    return [
        ProfileDetails(
            id=row.pk,
            person_id=row.person_id,
            source=row.source,
            external_id=row.external_id,
            name=row.name,
            created_at=row.created_at,
            identities=tuple(identities[row.pk]),
            traits=traits.get(row.pk, Traits()),
        )
        for row in rows
    ]
