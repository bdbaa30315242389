"""Dropping browsing that is older than it is kept, by whole months, with its occasions, in small steps."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from psycopg import sql

from regulars.events import rules
from regulars.events.services.months import LOCK_WAIT_MS
from regulars.events.types import EventClass

# Of one month's table at a time: what has no month ("other") is not kept longer for that.
_TABLES = """
SELECT child.relname FROM pg_inherits AS i JOIN pg_class AS child ON child.oid = i.inhrelid
WHERE i.inhparent = 'events_browsing'::regclass ORDER BY child.relname
"""
_REMOVE = """
WITH old AS (
    SELECT received_at, id FROM {table} WHERE received_at < %s ORDER BY received_at, id LIMIT %s
), gone AS (
    DELETE FROM {table} AS e USING old WHERE e.received_at = old.received_at AND e.id = old.id
    RETURNING e.source, e.key
), forgotten AS (
    DELETE FROM event_keys AS k USING gone WHERE k.source = gone.source AND k.key = gone.key
)
SELECT count(*) FROM gone
"""
_DROP = (
    # As when a month is made: who writes meanwhile must not stand between two partitions.
    "LOCK TABLE ONLY events IN SHARE ROW EXCLUSIVE MODE",
    "DROP TABLE {table}",
)


def drop_old_browsing(*, now: datetime, limit: int) -> int:
    """Remove at most `limit` events of browsing that are older than `rules.BROWSING_MONTHS`; says how many.

    Their occasions go with them; counts per profile and name stay. Readers that are so far behind miss
    them. A month's table is dropped once it is empty. Raises OperationalError when the locks for that
    cannot be had quickly; the next try does what is left.
    """
    end = rules.browsing_kept_from(now)
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        tables = [name for (name,) in cursor.fetchall()]
    last = rules.partition_name(EventClass.BROWSING, end.date())
    removed = 0
    for name in (table for table in tables if table < last or table.endswith("_other")):
        removed += _remove(name, end, limit - removed)
        if removed >= limit:
            break
        if not name.endswith("_other"):
            _drop(name)
    return removed


def _remove(name: str, end: datetime, limit: int) -> int:
    statement = sql.SQL(_REMOVE).format(table=sql.Identifier(name))
    with connection.cursor() as cursor:
        cursor.execute(statement, [end, limit])
        return int(cursor.fetchone()[0])


@transaction.atomic
def _drop(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {LOCK_WAIT_MS}")
        for statement in _DROP:
            cursor.execute(sql.SQL(statement).format(table=sql.Identifier(name)))
