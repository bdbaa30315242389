"""Reading who the customers are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import QuerySet

from regulars.customers.models import Identity, Profile
from regulars.customers.rules import called_by_device, called_by_number, shown_id
from regulars.customers.types import (
    ANONYMOUS,
    Contacts,
    IdentityType,
    NamedPerson,
    PersonRow,
    ProfileKey,
    ProfileRow,
)

BY_NAME_MAX = 1_000
"""Most persons of the list by name read at once."""

# The condition and the order are those of the index customers_profile_listed; a person is listed once,
# under the name of the oldest profile. Those without a name come last; who is only a device is not listed.
_BY_NAME = """
SELECT p.person_id, p.name, p.sort_key FROM customers_profile AS p
WHERE p.source <> 'anonymous' AND {after} AND NOT EXISTS (
    SELECT 1 FROM customers_profile AS older
    WHERE older.person_id = p.person_id AND older.id < p.id AND older.source <> 'anonymous'
)
ORDER BY (p.sort_key = ''), p.sort_key COLLATE "C", p.person_id
LIMIT %s
"""
_IDS = """
SELECT source, external_id, p.id FROM customers_profile AS p
JOIN unnest(%s::text[], %s::text[]) AS k(source, external_id) USING (source, external_id)
"""
_AFTER = """((p.sort_key = ''), p.sort_key COLLATE "C", p.person_id) > (%s, %s, %s)"""


def person_names(person_ids: Sequence[int]) -> dict[int, str]:
    """What each of these persons is called: by the oldest name known, else by the shop's own id of them.

    Who is only a device is called a visitor.
    """
    rows = _known().filter(person_id__in=person_ids).order_by("-id")
    names: dict[int, str] = {}
    numbers: dict[int, str] = {}
    for person_id, name, external_id in rows.values_list("person_id", "name", "external_id"):
        numbers[person_id] = external_id
        if name:
            names[person_id] = name
    called = {person_id: called_by_number(number) for person_id, number in numbers.items()} | names
    if unknown := [person_id for person_id in person_ids if person_id not in called]:
        devices = Profile.objects.filter(person_id__in=unknown).order_by("-id")
        for person_id, device in devices.values_list("person_id", "external_id"):
            called[person_id] = called_by_device(device)
    return called


def shop_numbers(person_ids: Sequence[int], *, masked: bool) -> dict[int, str]:
    """The shop's own id of each of these persons, that of the oldest profile; none of who is only a device.

    `masked`: one that is an address or a phone is not shown in full.
    """
    rows = _known().filter(person_id__in=person_ids).order_by("-id")
    numbers = dict(rows.values_list("person_id", "external_id"))
    return {person_id: shown_id(number) for person_id, number in numbers.items()} if masked else numbers


def any_customers() -> bool:
    """Whether the shop knows anybody yet; devices are nobody."""
    return _known().exists()


def _known() -> QuerySet[Profile]:
    """Profiles that are more than a device."""
    return Profile.objects.exclude(source=ANONYMOUS)


def person(person_id: int) -> PersonRow | None:
    """Somebody with all their profiles and identities; None if there is no such person."""
    profiles = [
        ProfileRow(*row)
        for row in Profile.objects.filter(person_id=person_id)
        .order_by("id")
        .values_list("id", "source", "external_id", "name", "created_at")
    ]
    if not profiles:
        return None
    identities = Identity.objects.filter(profile__person_id=person_id).order_by("id")
    return PersonRow(
        id=person_id,
        name=_called(profiles),
        created_at=min(profile.created_at for profile in profiles),
        profiles=tuple(profiles),
        identities=tuple(
            dict.fromkeys(
                (IdentityType(type_), value) for type_, value in identities.values_list("type", "value")
            )
        ),
    )


def _called(profiles: Sequence[ProfileRow]) -> str:
    known = [profile for profile in profiles if profile.source != ANONYMOUS]
    if not known:
        return called_by_device(profiles[0].external_id)
    return next((profile.name for profile in known if profile.name), called_by_number(known[0].external_id))


def profile_ids(keys: Iterable[ProfileKey]) -> dict[ProfileKey, int]:
    """Ids of those that are stored."""
    wanted = sorted(set(keys))
    with connection.cursor() as cursor:
        cursor.execute(_IDS, [[source for source, _ in wanted], [external_id for _, external_id in wanted]])
        return {(source, external_id): id_ for source, external_id, id_ in cursor.fetchall()}


def contacts(person_ids: Sequence[int]) -> dict[int, Contacts]:
    """Addresses and numbers of those among these persons who have any."""
    found: defaultdict[int, dict[str, dict[str, None]]] = defaultdict(lambda: {"email": {}, "phone": {}})
    rows = Identity.objects.filter(profile__person_id__in=person_ids).order_by("id")
    for person_id, type_, value in rows.values_list("profile__person_id", "type", "value"):
        found[person_id][type_][value] = None
    return {id_: Contacts(tuple(of["email"]), tuple(of["phone"])) for id_, of in found.items()}


def by_name(*, after: tuple[str, int] | None = None, limit: int) -> list[NamedPerson]:
    """A page of all persons in the order of their names, those without one last; at most BY_NAME_MAX.

    `after` is the (sort_key, person_id) of the last line of the page before.
    """
    position: list[bool | str | int] = [] if after is None else [after[0] == "", *after]
    statement = _BY_NAME.format(after=_AFTER if position else "true")
    with connection.cursor() as cursor:
        cursor.execute(statement, [*position, min(limit, BY_NAME_MAX)])
        return [NamedPerson(*row) for row in cursor.fetchall()]
