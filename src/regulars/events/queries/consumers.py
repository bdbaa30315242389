"""How far those are who read the log, and what stands in their way."""

from __future__ import annotations

import re
from typing import Any

from django.db import connection

from regulars.events import registry
from regulars.events.models import EventSetAside
from regulars.events.types import BEHIND_MAX, ConsumerState, Doing, OldestTransaction, SetAside

_STATE = """
SELECT c.paused_at IS NOT NULL,
       (SELECT max(moved_at) FROM event_cursors WHERE consumer = c.name),
       (SELECT count(*) FROM event_set_aside WHERE consumer = c.name),
       (SELECT count(*) FROM event_cursors WHERE consumer = c.name)
FROM event_consumers AS c WHERE c.name = %s
"""
# Looks through so many only: of a consumer that wants few of them it may count less than there are.
_BEHIND = """
SELECT count(*), min(received_at) FROM (
    SELECT e.* FROM event_cursors AS c
    CROSS JOIN LATERAL (
        SELECT received_at, name, backfill FROM events
        WHERE events.lane = c.lane
          AND (events.epoch, events.xid, events.id) > (c.epoch, c.xid::text::xid8, c.id)
        LIMIT %s
    ) AS e
    WHERE c.consumer = %s
    LIMIT %s
) AS waiting
WHERE (%s OR NOT backfill) AND (%s::text[] IS NULL OR name = ANY(%s::text[]))
"""
_OLDEST = """
SELECT l.pid, a.application_name, r.rolname, d.datname, a.xact_start, a.state, a.wait_event_type, a.query,
       a.usesysid = (SELECT oid FROM pg_roles WHERE rolname = current_user) AND d.datname = current_database()
FROM pg_locks AS l
LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid
LEFT JOIN pg_roles AS r ON r.oid = a.usesysid
LEFT JOIN pg_database AS d ON d.oid = a.datid
WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
  AND l.pid IS DISTINCT FROM pg_backend_pid()
ORDER BY a.xact_start NULLS FIRST
LIMIT 1
"""
_VERB = re.compile(r"\b(insert\s+into|update|delete\s+from|copy|select|lock\s+table|alter\s+table)\b", re.I)
_TABLE = re.compile(r"\s+(?:only\s+)?\"?([a-z_][a-z0-9_]*)\"?", re.I)


def consumers_state() -> list[ConsumerState]:
    """Every registered consumer, in the order of registration."""
    return [_state(consumer.name) for consumer in registry.consumers()]


def _state(name: str) -> ConsumerState:
    consumer = registry.consumer(name)
    with connection.cursor() as cursor:
        cursor.execute(_STATE, [name])
        row = cursor.fetchone()
        if row is None:  # no worker has seen it yet
            return ConsumerState(name, 0, None, 0, paused=False, last_moved_at=None)
        paused, moved_at, set_aside, _lanes = row
        names = sorted(consumer.names) if consumer.names is not None else None
        cursor.execute(_BEHIND, [BEHIND_MAX, name, BEHIND_MAX, consumer.backfill, names, names])
        behind, oldest = cursor.fetchone()
    return ConsumerState(name, behind, oldest, set_aside, paused=paused, last_moved_at=moved_at)


def set_aside_page(
    *, consumer: str | None = None, after: int | None = None, limit: int = 50
) -> list[SetAside]:
    """Events that were set aside, the newest first; `after`: the id of the last line of the page above."""
    rows = EventSetAside.objects.order_by("-id")
    if consumer is not None:
        rows = rows.filter(consumer=consumer)
    if after is not None:
        rows = rows.filter(id__lt=after)
    columns = (
        *("id", "consumer", "event_id", "name", "profile_id"),
        *("received_at", "set_aside_at", "tries", "error", "asked_at"),
    )
    return [SetAside(*row) for row in rows.values_list(*columns)[:limit]]


def oldest_transaction() -> OldestTransaction | None:
    """The open transaction that holds the readers of the log back for longest; None: there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST)
        row: tuple[Any, ...] | None = cursor.fetchone()
    if row is None:
        return None
    pid, application, user, database, since, state, wait, query, is_ours = row
    return OldestTransaction(
        pid=pid,
        application=application or "",
        user=user or "",
        database=database or "",
        since=since,
        doing=_doing(pid, state, wait),
        statement=_statement(query or ""),
        is_ours=bool(is_ours),
    )


def _doing(pid: int | None, state: str | None, wait: str | None) -> Doing:
    if pid is None:
        return Doing.PREPARED
    if state is None:
        return Doing.UNKNOWN
    if state.startswith("idle"):
        return Doing.IDLE
    return Doing.WAITING if wait == "Lock" else Doing.WORKING


def _statement(query: str) -> str:
    """What a statement does, as a verb and a table; values never."""
    verb = _VERB.search(query)
    if verb is None:
        return ""
    word = verb.group(1).upper().split()[0]
    if word == "SELECT":
        return word
    table = _TABLE.match(query, verb.end())
    return f"{word} {table.group(1)}" if table else word
