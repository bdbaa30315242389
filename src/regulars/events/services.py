"""Writing the log. All within the transaction of the caller, whose change the events tell of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _
from psycopg import sql
from psycopg.types.json import Jsonb

from regulars.events import registry, rules
from regulars.events.errors import EventLoop
from regulars.events.types import DEPTH_MAX, EPOCH, EventClass, NewEvent, Recorded

LOCK_WAIT_MS = 2_000
"""How long making a month may wait for its locks: while it waits, every writer of the log waits behind it."""

# One statement, so that the key, the event and the count come into being together or not at all.
# - Keys are inserted in their own order: of two batches that overlap one waits for the other, and never
#   each for the other. The same holds for the counts.
# - Twice the same key in one batch is one event: the first.
_RECORD = """
WITH input AS (
    SELECT DISTINCT ON (source, key) *
    FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::bigint[],
                %s::jsonb[], %s::bigint[], %s::smallint[])
        WITH ORDINALITY
        AS t(source, key, class, name, occurred_at, profile_id, properties, cause_id, depth, place)
    ORDER BY source, key, place
), fresh AS (
    INSERT INTO event_keys (source, key, received_at)
    SELECT source, key, %s FROM input ORDER BY source, key
    ON CONFLICT DO NOTHING
    RETURNING source, key
), stored AS (
    INSERT INTO events (class, name, source, key, occurred_at, received_at, profile_id, properties,
                        cause_id, depth, backfill, epoch)
    SELECT class, name, source, key, occurred_at, %s, profile_id, properties, cause_id, depth, %s, %s
    FROM input JOIN fresh USING (source, key)
    ORDER BY place
    RETURNING id, source, key, name, profile_id, occurred_at
), counted AS (
    INSERT INTO event_counts AS c (profile_id, name, first_at, last_at, count)
    SELECT profile_id, name, min(occurred_at), max(occurred_at), count(*)
    FROM stored WHERE profile_id IS NOT NULL
    GROUP BY profile_id, name ORDER BY profile_id, name
    ON CONFLICT (profile_id, name) DO UPDATE SET
        first_at = least(c.first_at, excluded.first_at),
        last_at = greatest(c.last_at, excluded.last_at),
        count = c.count + excluded.count
)
SELECT id, source, key FROM stored
"""

_TOUCH_MONTHS = """
INSERT INTO touched_months (lake_table, month)
SELECT * FROM unnest(%s::text[], %s::date[]) AS t(lake_table, month)
"""
_TOUCH_PROFILES = "INSERT INTO touched_profiles (profile_id) SELECT * FROM unnest(%s::bigint[])"
_STORED_COLUMNS = sql.SQL(
    "id, received_at, occurred_at, profile_id, cause_id, xid, epoch, depth, backfill, class, name, source,"
    " key, properties"
)
_MAKE_MONTH = (
    "LOCK TABLE ONLY events IN SHARE ROW EXCLUSIVE MODE",
    "CREATE TABLE {name} (LIKE {parent} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED)",
    "WITH moved AS (DELETE FROM {other} WHERE received_at >= {start} AND received_at < {end} RETURNING *)"
    " INSERT INTO {name} ({columns}) SELECT {columns} FROM moved",
    "ALTER TABLE {parent} ATTACH PARTITION {name} FOR VALUES FROM ({start}) TO ({end})",
)


def record(events: Sequence[NewEvent], *, now: datetime, backfill: bool = False) -> Recorded:
    """Write events; those whose (source, key) was recorded before are left out.

    `backfill` events fill history and set nothing off. Call it once per transaction, or lock the persons
    concerned first, in id order: each call by itself cannot deadlock with another, several in a row can.

    Raises UnknownEvent for a type nobody registered and EventLoop past DEPTH_MAX; nothing is written then.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("events are recorded in the transaction of the change they tell of")
    if not events:
        return Recorded({})
    for event in events:
        registry.check(event.type)
        if event.depth > DEPTH_MAX:
            raise EventLoop(
                _("%(name)s was caused by a chain of more than %(depth)s events; that looks like a loop.")
                % {"name": event.type.name, "depth": DEPTH_MAX}
            )
    columns: list[list[object]] = [
        [event.source for event in events],
        [event.key for event in events],
        [event.type.class_.value for event in events],
        [event.type.name for event in events],
        [event.occurred_at for event in events],
        [event.profile_id for event in events],
        [Jsonb(event.properties) for event in events],
        [event.cause_id for event in events],
        [event.depth for event in events],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, [*columns, now, now, backfill, EPOCH])
        return Recorded({(source, key): id_ for id_, source, key in cursor.fetchall()})


def touch(*, months: Iterable[tuple[str, date]] = (), profiles: Iterable[int] = ()) -> None:
    """Mark what the caller changed, in its transaction: (lake table, a day of the month) and profiles.

    The month is that of UTC of the moment the changed row tells of. Lake tables that are not split by
    months are marked with `types.WHOLE`.
    """
    marks = sorted({(table, day.replace(day=1)) for table, day in months})
    with connection.cursor() as cursor:
        if marks:
            cursor.execute(_TOUCH_MONTHS, [[table for table, _ in marks], [month for _, month in marks]])
        if touched := sorted(set(profiles)):
            cursor.execute(_TOUCH_PROFILES, [touched])


def forget_touched(*, months: Sequence[int] = (), profiles: Sequence[int] = ()) -> None:
    """Remove marks, by their own ids, that were seen to; those made meanwhile stay."""
    with connection.cursor() as cursor:
        if months:
            cursor.execute("DELETE FROM touched_months WHERE id = ANY(%s)", [list(months)])
        if profiles:
            cursor.execute("DELETE FROM touched_profiles WHERE id = ANY(%s)", [list(profiles)])


def make_months(*, now: datetime, ahead: int = 2) -> list[str]:
    """Make the partitions of the current month and of `ahead` more; gives the names of those made.

    Rows that came while their month was missing are moved into it. Raises OperationalError when the locks
    cannot be had quickly; the next try does what is left.
    """
    made = []
    for month in rules.months_from(now, ahead + 1):
        for class_ in EventClass:
            name = rules.partition_name(class_, month)
            if not _table_exists(name):
                _make_month(class_, month, name)
                made.append(name)
    return made


def _table_exists(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
        return bool(cursor.fetchone()[0])


@transaction.atomic
def _make_month(class_: EventClass, month: date, name: str) -> None:
    # Writers are kept out from the top: one that had already chosen the "other" partition for its row and
    # only waits for that would find, when it goes on, that the row no longer belongs there, and fail.
    parent, other = sql.Identifier(f"events_{class_}"), sql.Identifier(f"events_{class_}_other")
    parts = {
        "name": sql.Identifier(name),
        "parent": parent,
        "other": other,
        "start": sql.Literal(rules.start_of_month(month)),
        "end": sql.Literal(rules.start_of_month(rules.next_month(month))),
        "columns": _STORED_COLUMNS,
    }
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {LOCK_WAIT_MS}")
        for statement in _MAKE_MONTH:
            cursor.execute(sql.SQL(statement).format(**parts))
