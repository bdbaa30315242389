"""Making two persons one, and one two again: what rules, colleagues and programs have in common."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from psycopg.types.json import Jsonb

from regulars.customers import registry
from regulars.customers.locks import lock_profiles_of
from regulars.customers.registry import Moved
from regulars.customers.services.creating import PROFILES_TABLE
from regulars.customers.services.telling import EVENT_SOURCE
from regulars.customers.types import CUSTOMERS_MERGED, Because
from regulars.events import services as events
from regulars.events.types import WHOLE, NewEvent

PAIRS_MAX = 5_000
"""Most persons who become one with another in one transaction."""

_MOVE = """
UPDATE customers_profile AS p SET person_id = t.person_id
FROM unnest(%s::bigint[], %s::bigint[]) AS t(id, person_id)
WHERE p.id = t.id
"""
# Since when they are known and who looks after them are taken over by the one who is kept.
_JOIN = """
WITH pairs AS (
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::jsonb[], %s::jsonb[])
        AS t(gone_id, kept_id, profile_ids, because)
), gone AS (
    DELETE FROM customers_person AS p USING pairs WHERE p.id = pairs.gone_id
    RETURNING p.id, p.created_at, p.known, p.manager_id, pairs.kept_id
), brought AS (
    SELECT kept_id, min(created_at) FILTER (WHERE known) AS created_at, bool_or(known) AS known,
        (array_agg(manager_id ORDER BY created_at, id) FILTER (WHERE manager_id IS NOT NULL))[1] AS manager_id
    FROM gone GROUP BY kept_id
), kept AS (
    UPDATE customers_person AS p
    SET known = p.known OR b.known, manager_id = coalesce(p.manager_id, b.manager_id),
        created_at = CASE WHEN p.known THEN least(p.created_at, b.created_at)
                          ELSE coalesce(b.created_at, p.created_at) END
    FROM brought AS b
    WHERE p.id = b.kept_id AND (
        b.created_at < p.created_at OR b.known > p.known
        OR (p.manager_id IS NULL AND b.manager_id IS NOT NULL)
    )
)
INSERT INTO customers_merge (kept_id, gone_id, profile_ids, gone_created_at, gone_manager_id,
                             kept_manager_id, merged_at, by_id, because)
SELECT pairs.kept_id, pairs.gone_id, pairs.profile_ids, gone.created_at, gone.manager_id,
       before.manager_id, %s, %s, pairs.because
FROM pairs
JOIN gone ON gone.id = pairs.gone_id
JOIN customers_person AS before ON before.id = pairs.kept_id
ORDER BY pairs.gone_id
RETURNING id, kept_id, gone_id
"""


class Overtaken(Exception):
    """Somebody moved one of the persons between our look and our lock: look again."""


@dataclass(frozen=True, slots=True)
class Join:
    """Whom somebody becomes one with, why, and the event that made us do it (its id and depth)."""

    kept: int
    because: Because
    cause: tuple[int, int] | None = None
    backfill: bool = False


def join(joins: Mapping[int, Join], *, now: datetime, user_id: int | None) -> list[int]:
    """Make locked persons one: by the one who goes; gives the ids of the merges.

    Each who goes does so once, and nobody who is kept goes.
    """
    if not joins:
        return []
    of = lock_profiles_of({*joins, *(one.kept for one in joins.values())})
    theirs: dict[int, list[int]] = {}
    for profile, person in of.items():
        theirs.setdefault(person, []).append(profile)
    moving = [(profile, joins[person].kept) for profile, person in of.items() if person in joins]
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, [[id_ for id_, _ in moving], [person for _, person in moving]])
        cursor.execute(
            _JOIN,
            [
                list(joins),
                [one.kept for one in joins.values()],
                [Jsonb(theirs.get(gone, [])) for gone in joins],
                [Jsonb(dict(one.because)) for one in joins.values()],
                now,
                user_id,
            ],
        )
        done: list[tuple[int, int, int]] = cursor.fetchall()
    moved = [Moved(gone, kept, tuple(theirs.get(gone, ())), merged=True) for _, kept, gone in done]
    run_steps(moved, now)
    _tell(done, joins, theirs, now)
    mark(of)
    return [id_ for id_, _, _ in done]


def run_steps(moved: Sequence[Moved], now: datetime) -> None:
    """Have what is kept per person rebuilt."""
    for step in registry.merge_steps():
        step(moved, now)


def mark(profiles: Collection[int]) -> None:
    """Mark whose profiles may have another person."""
    events.touch(months=[(PROFILES_TABLE, WHOLE)], profiles=profiles)


def _tell(
    done: Sequence[tuple[int, int, int]],
    joins: Mapping[int, Join],
    profiles: Mapping[int, Sequence[int]],
    now: datetime,
) -> None:
    told: dict[bool, list[NewEvent]] = {True: [], False: []}
    for id_, kept, gone in done:
        told[joins[gone].backfill].append(
            NewEvent(
                type=CUSTOMERS_MERGED,
                source=EVENT_SOURCE,
                key=f"customers_merged:{id_}",
                occurred_at=now,
                profile_id=min(profiles[kept]),
                properties={"merge_id": id_, "kept": kept, "gone": gone},
                caused=joins[gone].cause,
            )
        )
    for backfill, some in told.items():
        events.record(some, now=now, backfill=backfill)
