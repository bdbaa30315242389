"""Reading who the customers are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Case, QuerySet, When

from regulars.customers.models import Identity, Profile
from regulars.customers.rules import called_by_device, called_by_number, shown_id
from regulars.customers.types import (
    ANONYMOUS,
    Contacts,
    IdentityType,
    PersonRow,
    ProfileKey,
    ProfileRow,
)
from regulars.kit import sql

_IDS = """
SELECT source, external_id, p.id FROM customers_profile AS p
JOIN unnest(%s::text[], %s::text[]) AS k(source, external_id) USING (source, external_id)
"""
_PERSONS = "SELECT id, person_id FROM customers_profile WHERE id = ANY(%s)"


def persons_of(profile_ids: Iterable[int]) -> dict[int, int]:
    """Whose these profiles are now."""
    return dict(sql.rows(_PERSONS, [sorted(set(profile_ids))]))


def person_names(person_ids: Sequence[int]) -> dict[int, str]:
    """What each of these persons is called: by the oldest name known, else by the shop's own id of them.

    Who is only a device, and has told no name, is called a visitor.
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
        for person_id, name, device in devices.values_list("person_id", "name", "external_id"):
            called[person_id] = name or called_by_device(device)
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
        .order_by(Case(When(source=ANONYMOUS, then=1), default=0), "id")
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
    first = profiles[0]
    if first.source == ANONYMOUS:
        return first.name or called_by_device(first.external_id)
    known = (profile.name for profile in profiles if profile.source != ANONYMOUS and profile.name)
    return next(known, called_by_number(first.external_id))


def profile_ids(keys: Iterable[ProfileKey]) -> dict[ProfileKey, int]:
    """Ids of those that are stored."""
    wanted = sorted(set(keys))
    found = sql.rows(_IDS, [[source for source, _ in wanted], [external_id for _, external_id in wanted]])
    return {(source, external_id): id_ for source, external_id, id_ in found}


def contacts(person_ids: Sequence[int]) -> dict[int, Contacts]:
    """Addresses and numbers of those among these persons who have any."""
    found: defaultdict[int, dict[str, dict[str, None]]] = defaultdict(lambda: {"email": {}, "phone": {}})
    rows = Identity.objects.filter(profile__person_id__in=person_ids, type__in=("email", "phone"))
    for person_id, type_, value in rows.order_by("id").values_list("profile__person_id", "type", "value"):
        found[person_id][type_][value] = None
    return {id_: Contacts(tuple(of["email"]), tuple(of["phone"])) for id_, of in found.items()}
