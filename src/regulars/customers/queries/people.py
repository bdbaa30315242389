"""Reading who the customers are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import connection

from regulars.customers.models import Identity, Profile
from regulars.customers.rules import called_by_number, shown_id
from regulars.customers.types import Contacts, IdentityType, NamedPerson, PersonRow, ProfileKey, ProfileRow

BY_NAME_MAX = 1_000
"""Most persons of the list by name read at once."""

# The condition and the order are those of the index customers_profile_by_name; a person is listed once,
# under the name of the oldest profile. Those without a name come last.
_BY_NAME = """
SELECT p.person_id, p.name, p.sort_key FROM customers_profile AS p
WHERE {after} AND NOT EXISTS (
    SELECT 1 FROM customers_profile AS older WHERE older.person_id = p.person_id AND older.id < p.id
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
    """What each of these persons is called: by the oldest name known, else by the shop's own id of them."""
    rows = Profile.objects.filter(person_id__in=person_ids).order_by("-id")
    names: dict[int, str] = {}
    numbers: dict[int, str] = {}
    for person_id, name, external_id in rows.values_list("person_id", "name", "external_id"):
        numbers[person_id] = external_id
        if name:
            names[person_id] = name
    return {person_id: called_by_number(number) for person_id, number in numbers.items()} | names


def shop_numbers(person_ids: Sequence[int], *, masked: bool) -> dict[int, str]:
    """The shop's own id of each of these persons, that of the oldest profile.

    `masked`: one that is an address or a phone is not shown in full.
    """
    rows = Profile.objects.filter(person_id__in=person_ids).order_by("-id")
    numbers = dict(rows.values_list("person_id", "external_id"))
    return {person_id: shown_id(number) for person_id, number in numbers.items()} if masked else numbers


def any_customers() -> bool:
    """Whether the shop knows anybody yet."""
    return Profile.objects.exists()


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
        name=next((p.name for p in profiles if p.name), called_by_number(profiles[0].external_id)),
        created_at=min(profile.created_at for profile in profiles),
        profiles=tuple(profiles),
        identities=tuple(
            dict.fromkeys(
                (IdentityType(type_), value) for type_, value in identities.values_list("type", "value")
            )
        ),
    )


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
