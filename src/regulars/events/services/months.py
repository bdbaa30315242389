"""Making the log's partitions, a month at a time."""

from __future__ import annotations

from datetime import date, datetime

from django.db import connection, transaction
from psycopg import sql

from regulars.events import rules
from regulars.events.types import EventClass

LOCK_WAIT_MS = 2_000
"""How long making a month may wait for its locks: while it waits, every writer of the log waits behind it."""

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
