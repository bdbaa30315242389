"""What customers are like, as their sources say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from regulars.customers.locks import lock_profiles_by_id
from regulars.customers.rules import KeptTraits, merge_traits
from regulars.customers.rules.attributes import trait_key
from regulars.customers.services.creating import PROFILES_MAX
from regulars.customers.services.deriving import derive_of_profiles, what_is_wanted
from regulars.customers.services.telling import EVENT_SOURCE
from regulars.customers.types import TRAITS_CHANGED, NewTraits, RefusedTrait, SetTraits
from regulars.events import services as events
from regulars.events.types import NewEvent

_Row = tuple[int, bool]
"""(profile, verified): the key of a row."""

# The profiles are held against being removed: the constraint would ask for that only when committing.
_INSERT = """
INSERT INTO customers_traits (profile_id, verified)
SELECT p.id, t.verified FROM unnest(%s::bigint[], %s::boolean[]) AS t(profile_id, verified)
JOIN customers_profile AS p ON p.id = t.profile_id
ORDER BY p.id, t.verified FOR KEY SHARE OF p
ON CONFLICT DO NOTHING
"""
_LOCK = """
SELECT r.profile_id, r.verified, r.values, r.as_of, r.revision FROM customers_traits AS r
JOIN unnest(%s::bigint[], %s::boolean[]) AS t(profile_id, verified) USING (profile_id, verified)
ORDER BY r.profile_id, r.verified FOR NO KEY UPDATE OF r
"""
_WRITE = """
UPDATE customers_traits AS r SET values = t.values, as_of = t.as_of, revision = r.revision + t.changed
FROM unnest(%s::bigint[], %s::boolean[], %s::jsonb[], %s::jsonb[], %s::integer[])
    AS t(profile_id, verified, values, as_of, changed)
WHERE r.profile_id = t.profile_id AND r.verified = t.verified
"""
# The row stays: by its revision each change is an occasion of its own.
_NEXT_REVISION = """
UPDATE customers_traits AS r SET revision = r.revision + 1
FROM unnest(%s::bigint[], %s::boolean[]) AS t(profile_id, verified)
WHERE r.profile_id = t.profile_id AND r.verified = t.verified
"""
_EMPTY = """
UPDATE customers_traits SET values = '{}', as_of = '{}', revision = revision + 1 WHERE profile_id = ANY(%s)
"""


@dataclass(slots=True)
class _Work:
    """A row of traits under our lock, and what happened to it so far."""

    kept: KeptTraits
    revision: int
    changed: dict[str, None]
    said: set[str] = field(default_factory=set)
    """Names of which there is a newer word, whether or not it is another one."""


@transaction.atomic
def set_traits(*, traits: Sequence[NewTraits], now: datetime, backfill: bool = False) -> SetTraits:
    """Keep what customers are like; an older value never replaces a newer one, whichever comes first.

    Each trait has its own moment (`as_of`, no later than now); of two of the same moment the one that
    comes later counts. What is refused leaves what was. Profiles that do not exist are passed over.
    What holds of the persons is kept with it. Records `traits_changed` with the names only, also when what
    was said again holds of the person from now on, another source having said otherwise. No figure depends
    on them: nothing is marked.

    Raises ValueError above PROFILES_MAX.
    """
    if len(traits) > PROFILES_MAX:
        raise ValueError(f"{len(traits)} sets of traits in one batch; the most is {PROFILES_MAX}")
    told = [new for new in traits if new.values]
    if not told:
        return SetTraits()
    rows = _locked((new.profile_id, new.verified) for new in told)
    refused = []
    for place, new in enumerate(traits):
        work = rows.get((new.profile_id, new.verified))
        if work is None:
            continue
        outcome = merge_traits(work.kept, new.values, as_of=min(new.as_of, now), verified=new.verified)
        work.said |= {name for name in new.values if outcome.kept.says(name) != work.kept.says(name)}
        work.kept = outcome.kept
        work.changed |= dict.fromkeys(outcome.changed)
        refused += [RefusedTrait(place, name, reason) for name, reason in outcome.refused.items()]
    _write({row: work for row, work in rows.items() if work.said})
    changed = {row: work for row, work in rows.items() if work.changed}
    again = _derive(rows)
    told_again = [_event(*row, rows[row], now, names) for row, names in again.items()]
    events.record(
        [*(_event(*row, work, now, work.changed) for row, work in changed.items()), *told_again],
        now=now,
        backfill=backfill,
    )
    names: dict[int, tuple[str, ...]] = {}
    for (profile_id, _verified), work in changed.items():
        names[profile_id] = tuple(dict.fromkeys((*names.get(profile_id, ()), *work.changed)))
    return SetTraits(names, tuple(refused))


@transaction.atomic
def remove_traits(*, profile_ids: Sequence[int]) -> int:
    """Remove all traits of these profiles without a word, as when a made-up shop is cleared."""
    lock_profiles_by_id(profile_ids)
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY, [list(profile_ids)])
        emptied = int(cursor.rowcount)
    if emptied:
        derive_of_profiles(profile_ids, what_is_wanted())
    return emptied


def _locked(wanted: Iterable[_Row]) -> dict[_Row, _Work]:
    """The rows, locked; those that were missing are there now, empty."""
    keys = sorted(set(wanted))
    columns: list[list[int]] = [[profile_id for profile_id, _ in keys], [verified for _, verified in keys]]
    found: dict[_Row, _Work] = {}
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, columns)
        cursor.execute(_LOCK, columns)
        for profile_id, verified, values, as_of, revision in cursor.fetchall():
            found[profile_id, verified] = _Work(
                KeptTraits(json.loads(values), json.loads(as_of)), revision, {}
            )
    return found


def _derive(rows: Mapping[_Row, _Work]) -> dict[_Row, set[str]]:
    """See to what holds of the persons.

    Gives rows with the names in which something was only said again, but holds of the person by that.
    """
    by = what_is_wanted()
    asked = {trait for attribute in by for trait in attribute.traits}
    concerned = {
        row: names
        for row, work in rows.items()
        if (names := {name for name in work.said if trait_key(name) in asked})
    }
    if not concerned:
        return {}
    persons = derive_of_profiles({profile_id for profile_id, _ in concerned}, by)
    told = {persons[row[0]] for row, work in rows.items() if work.changed and row[0] in persons}
    again = {
        row: names
        for row, names in concerned.items()
        if row[0] in persons and persons[row[0]] not in told and not rows[row].changed
    }
    with connection.cursor() as cursor:
        if again:
            cursor.execute(_NEXT_REVISION, [[of for of, _ in again], [verified for _, verified in again]])
    return again


def _write(rows: Mapping[_Row, _Work]) -> None:
    if not rows:
        return
    columns: list[list[object]] = [
        [profile_id for profile_id, _ in rows],
        [verified for _, verified in rows],
        [Jsonb(work.kept.values) for work in rows.values()],
        [Jsonb(work.kept.as_of) for work in rows.values()],
        [1 if work.changed else 0 for work in rows.values()],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, columns)


def _event(profile_id: int, verified: bool, work: _Work, now: datetime, names: Iterable[str]) -> NewEvent:
    kind = "verified" if verified else "unverified"
    return NewEvent(
        type=TRAITS_CHANGED,
        source=EVENT_SOURCE,
        key=f"traits_changed:{profile_id}:{kind}:{work.revision + 1}",
        occurred_at=now,
        profile_id=profile_id,
        properties={"names": sorted(names), "verified": verified},
    )
