"""Taking back what an import did to customers, wherever nothing came after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from regulars.customers import registry
from regulars.customers.locks import lock_profiles_whole
from regulars.customers.rules import fold, forms, words
from regulars.customers.services.creating import PROFILES_MAX, PROFILES_TABLE
from regulars.customers.services.merging_by_rule import regroup
from regulars.customers.services.telling import EVENT_SOURCE, added_key, created_key
from regulars.customers.types import (
    EVENT_TYPES,
    IdentityType,
    ProfileBefore,
    ProfileChange,
    ProfileKey,
    UndoneProfiles,
)
from regulars.events import services as events
from regulars.events.types import WHOLE

GONE = "gone"
CHANGED_SINCE = "changed_since"
# The log lies below and cannot register; what we record of a profile ourselves goes with it.
_OURS = ",".join(type_.name for type_ in EVENT_TYPES)
_IN_THE_LOG = f"SELECT 1 FROM event_counts AS e WHERE e.profile_id = p.id AND e.name <> ALL ('{{{_OURS}}}')"  # noqa: S608
_OWN_REFERENCES = {
    "notes": "SELECT 1 FROM customers_note AS n WHERE n.profile_id = p.id AND n.deleted_at IS NULL",
    "consents": "SELECT 1 FROM customers_consent AS c WHERE c.profile_id = p.id",
    "traits": "SELECT 1 FROM customers_traits AS t WHERE t.profile_id = p.id AND t.values <> '{}'",
}

# Back to the revision before: so that the import before this one can be undone after it.
_RESTORE = """
UPDATE customers_profile AS p
SET name = t.name, search_key = t.search_key, sort_key = t.sort_key, revision = p.revision - 1
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS t(id, name, search_key, sort_key)
WHERE p.id = t.id
"""
_DROP_IDENTITIES = """
DELETE FROM customers_identity AS i
USING unnest(%s::bigint[], %s::text[], %s::text[]) AS t(profile_id, type, value)
WHERE i.profile_id = t.profile_id AND i.type = t.type AND i.value = t.value
RETURNING i.id
"""
_IDENTITIES = "SELECT type, value FROM customers_identity WHERE profile_id = ANY(%s)"
_JOINED = """
SELECT DISTINCT p.person_id FROM customers_profile AS p
JOIN customers_merge AS m ON m.kept_id = p.person_id AND m.undone_at IS NULL AND m.by_id IS NULL
WHERE p.id = ANY(%s)
"""
_SAME_PERSON = """
SELECT other.id FROM customers_profile AS p JOIN customers_profile AS other USING (person_id)
WHERE p.id = ANY(%s)
"""
# Notes left here are deleted ones, and traits removed ones. A person goes with the last profile, and is
# nobody again of whom only devices are left.
_REMOVE = (
    "DELETE FROM customers_traits WHERE profile_id = ANY(%s)",
    "DELETE FROM customers_note WHERE profile_id = ANY(%s)",
    "DELETE FROM customers_identity WHERE profile_id = ANY(%s)",
    """
    WITH removed AS (DELETE FROM customers_profile WHERE id = ANY(%s) RETURNING id, person_id),
    persons AS (
        SELECT r.person_id, bool_or(p.source <> 'anonymous') AS known
        FROM (SELECT DISTINCT person_id FROM removed) AS r
        LEFT JOIN customers_profile AS p ON p.person_id = r.person_id AND p.id NOT IN (SELECT id FROM removed)
        GROUP BY r.person_id
    ), nobody AS (
        UPDATE customers_person AS person SET known = false FROM persons
        WHERE persons.person_id = person.id AND NOT persons.known AND person.known
    ), attributes AS (
        DELETE FROM customers_personattributes AS a USING persons
        WHERE persons.person_id = a.person_id AND persons.known IS NULL
    )
    DELETE FROM customers_person AS person USING persons
    WHERE persons.person_id = person.id AND persons.known IS NULL
    """,
)


@transaction.atomic
def undo_profiles(
    *, changes: Sequence[ProfileChange], now: datetime, whatever_happened: bool = False
) -> UndoneProfiles:
    """Take changes back: names and identities as before, and profiles that were created removed.

    Only where the profile is still at the change's revision, and only those removed that nothing points
    to and to whom nothing happened; all others are kept, with the reason. `whatever_happened`: events do
    not keep a profile, for the caller forgets them. Several changes of one profile are several calls, the
    newest first.

    Raises ValueError above PROFILES_MAX and for a profile that is named twice.
    """
    wanted = {change.key: change for change in changes}
    if len(changes) > PROFILES_MAX or len(wanted) < len(changes):
        raise ValueError(f"{len(changes)} changes of {len(wanted)} customers; the most is {PROFILES_MAX}")
    locked = lock_profiles_whole(wanted)
    kept: dict[ProfileKey, str] = {}
    for key, change in wanted.items():
        if key not in locked:
            kept[key] = GONE
        elif locked[key].revision != change.revision:
            kept[key] = CHANGED_SINCE
    restored = {
        locked[key].id: change.before
        for key, change in wanted.items()
        if key not in kept and change.before is not None
    }
    created = {locked[key].id: key for key, change in wanted.items() if key not in kept and not change.before}
    references = {} if whatever_happened else {"events": _IN_THE_LOG}
    for id_, name in _pointed_at(created, _OWN_REFERENCES | registry.references() | references).items():
        kept[created.pop(id_)] = f"has_{name}"
    concerned = _with_the_same_person(created)
    joined = _joined_by_rule([profile.id for profile in locked.values()])
    values = _values_of(created, restored) if joined else []
    _restore(restored)
    _remove(list(created))
    regroup(values, among=joined, now=now)
    events.touch(months=[(PROFILES_TABLE, WHOLE)] if created else [], profiles=[*restored, *concerned])
    return UndoneProfiles(len(restored) + len(created), kept)


def _pointed_at(ids: Iterable[int], references: Mapping[str, str]) -> dict[int, str]:
    """Which of these locked profiles something points at, and what: one reason is enough."""
    wanted, found = list(ids), dict[int, str]()
    for name, sql_exists in references.items():
        if wanted:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT p.id FROM customers_profile AS p WHERE p.id = ANY(%s) AND EXISTS ({sql_exists})",  # noqa: S608
                    [wanted],
                )
                for (id_,) in cursor.fetchall():
                    found.setdefault(id_, name)
    return found


def _joined_by_rule(ids: Iterable[int]) -> list[int]:
    """Those among the persons of these profiles whom a rule made out of several."""
    with connection.cursor() as cursor:
        cursor.execute(_JOINED, [list(ids)])
        return [id_ for (id_,) in cursor.fetchall()]


def _values_of(
    created: Iterable[int], restored: Mapping[int, ProfileBefore]
) -> list[tuple[IdentityType, str]]:
    """What nobody has any more because of this undoing."""
    found = [identity for before in restored.values() for identity in before.added]
    with connection.cursor() as cursor:
        cursor.execute(_IDENTITIES, [list(created)])
        found += [(IdentityType(type_), value) for type_, value in cursor.fetchall()]
    return list(dict.fromkeys(found))


def _with_the_same_person(ids: Iterable[int]) -> list[int]:
    """These profiles and all others of their persons: a device may be left, and be nobody again."""
    with connection.cursor() as cursor:
        cursor.execute(_SAME_PERSON, [list(ids)])
        return [id_ for (id_,) in cursor.fetchall()]


def _restore(profiles: Mapping[int, ProfileBefore]) -> None:
    if not profiles:
        return
    names = [before.name for before in profiles.values()]
    # Numbers may have been brought into their new form since.
    identities = [
        (id_, type_, value)
        for id_, before in profiles.items()
        for type_, stored in before.added
        for value in forms(type_, stored)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_RESTORE, [list(profiles), names, [words(n) for n in names], [fold(n) for n in names]])
        if identities:
            cursor.execute(_DROP_IDENTITIES, [list(column) for column in zip(*identities, strict=True)])
            events.retract(source=EVENT_SOURCE, keys=[added_key(id_) for (id_,) in cursor.fetchall()])


def _remove(ids: Sequence[int]) -> None:
    if not ids:
        return
    events.retract(source=EVENT_SOURCE, keys=[created_key(id_) for id_ in ids])
    with connection.cursor() as cursor:
        for statement in _REMOVE:
            cursor.execute(statement, [list(ids)])
