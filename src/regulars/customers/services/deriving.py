"""Keeping what holds of persons true to what their sources say."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from regulars.customers.queries.attributes import definitions, wanted, words_of
from regulars.customers.registry import Moved
from regulars.customers.rules.attributes import Derived, Wanted, derive
from regulars.customers.services.creating import PROFILES_MAX
from regulars.customers.services.telling import EVENT_SOURCE
from regulars.customers.types import TRAITS_CHANGED
from regulars.events import services as events
from regulars.events.types import NewEvent
from regulars.kit import locks

TRIES_MAX = 5
"""So often others may move the same profiles between our look and our lock."""
COLUMNS = ("birthday", "gender", "city", "language", "timezone")

_PERSONS = "SELECT id, person_id FROM customers_profile WHERE id = ANY(%s)"
_INSERT = """
INSERT INTO customers_personattributes (person_id)
SELECT id FROM unnest(%s::bigint[]) AS t(id) ORDER BY id ON CONFLICT DO NOTHING
"""
_LOCK = """
SELECT person_id FROM customers_personattributes WHERE person_id = ANY(%s)
ORDER BY person_id FOR NO KEY UPDATE
"""
_WRITE = """
UPDATE customers_personattributes AS a SET
    birthday = t.birthday, gender = t.gender, city = t.city, language = t.language, timezone = t.timezone,
    values = t.values, misfits = t.misfits
FROM unnest(
    %s::bigint[], %s::date[], %s::text[], %s::text[], %s::text[], %s::text[], %s::jsonb[], %s::jsonb[]
) AS t(person_id, birthday, gender, city, language, timezone, values, misfits)
WHERE a.person_id = t.person_id AND (
    a.birthday, a.gender, a.city, a.language, a.timezone, a.values, a.misfits
) IS DISTINCT FROM (t.birthday, t.gender, t.city, t.language, t.timezone, t.values, t.misfits)
RETURNING a.person_id
"""

_UNDER_WAY = "SELECT done_to FROM customers_attributespass WHERE done_to IS NOT NULL FOR UPDATE SKIP LOCKED"
_NEXT = """
SELECT DISTINCT profile_id FROM customers_traits WHERE profile_id > %s ORDER BY profile_id LIMIT %s
"""
_MOVED_TO = "UPDATE customers_attributespass SET done_to = %s"


class _Moved(Exception):
    """Somebody moved a profile to another person before we had that person's row."""


def what_is_wanted() -> tuple[Wanted, ...]:
    """All that is derived; it stays so until this transaction ends."""
    locks.share(locks.Space.ATTRIBUTES, "definitions")
    return wanted(definitions(archived=True))


def hold_definitions() -> None:
    """To change what the shop wants to know: waits for all who derive by it, and has others wait."""
    locks.hold(locks.Space.ATTRIBUTES, "definitions")


def derive_of_profiles(profile_ids: Collection[int], by: Sequence[Wanted]) -> dict[int, int]:
    """Derive anew what holds of the persons of these profiles; tells of whom it is another now, by profile.

    Call it after the traits are written. Of two at once the one who comes second sees what the first wrote:
    each takes the persons' rows before reading.
    """
    for _ in range(TRIES_MAX):
        found = _persons_of(profile_ids)
        try:
            with transaction.atomic():
                changed = derive_of_persons(found.values(), by)
                if _persons_of(profile_ids) != found:
                    raise _Moved
        except _Moved:
            continue
        return {profile: person for profile, person in found.items() if person in changed}
    raise RuntimeError(f"others moved the same customers {TRIES_MAX} times while traits were being kept")


def derive_of_persons(person_ids: Collection[int], by: Sequence[Wanted]) -> set[int]:
    """Derive anew what holds of these persons, who exist; tells of whom it is another now."""
    ids = sorted(set(person_ids))
    if not ids:
        return set()
    _take_rows(ids)
    said = words_of(ids)
    return _write({person_id: derive(said[person_id], by) for person_id in ids})


def step(moved: Sequence[Moved], now: datetime) -> None:
    """Of merges and un-merges: derive anew what holds of both sides, as far as they are there."""
    both = {person for move in moved for person in (move.old, move.new)}
    # The rows of those who are no more are taken too: who writes traits of a profile that moves waits for us.
    _take_rows(sorted(both))
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM customers_person WHERE id = ANY(%s)", [sorted(both)])
        there = {id_ for (id_,) in cursor.fetchall()}
        cursor.execute(
            "DELETE FROM customers_personattributes WHERE person_id = ANY(%s)", [sorted(both - there)]
        )
    derive_of_persons(there, what_is_wanted())


@transaction.atomic
def derive_portion(*, now: datetime, limit: int) -> int:
    """Derive the next portion of everybody's attributes anew, where a pass is asked for; says of how many.

    Less than `limit` of them: it is done, or somebody else is at it. Of whom it is another now is recorded
    as `traits_changed`, as history: so that segments become true, and nothing is set off.
    """
    by = what_is_wanted()
    with connection.cursor() as cursor:
        cursor.execute(_UNDER_WAY)
        found = cursor.fetchone()
        if found is None:
            return 0
        cursor.execute(_NEXT, [found[0], min(limit, PROFILES_MAX)])
        profiles = [id_ for (id_,) in cursor.fetchall()]
        changed = derive_of_profiles(profiles, by) if profiles else {}
        done = len(profiles) < min(limit, PROFILES_MAX)
        cursor.execute(_MOVED_TO, [None if done else profiles[-1]])
    of_each = {person: profile for profile, person in changed.items()}
    told = [
        NewEvent(
            type=TRAITS_CHANGED,
            source=EVENT_SOURCE,
            key=f"attributes_derived:{person}:{uuid4().hex}",
            occurred_at=now,
            profile_id=profile,
            properties={"names": [], "verified": True},
        )
        for person, profile in of_each.items()
    ]
    events.record(told, now=now, backfill=True)
    return len(profiles)


def _persons_of(profile_ids: Collection[int]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_PERSONS, [sorted(set(profile_ids))])
        return dict(cursor.fetchall())


def _take_rows(person_ids: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [person_ids])
        cursor.execute(_LOCK, [person_ids])


def _write(derived: Mapping[int, Derived]) -> set[int]:
    rows = [
        (
            person_id,
            one.values.get("birthday"),
            *(one.values.get(column, "") for column in COLUMNS[1:]),
            Jsonb({key: value for key, value in one.values.items() if key not in COLUMNS}),
            Jsonb(sorted(one.misfits)),
        )
        for person_id, one in derived.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [list(column) for column in zip(*rows, strict=True)])
        return {person_id for (person_id,) in cursor.fetchall()}
