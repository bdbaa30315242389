"""The transaction that holds the readers of the log back for longest."""

from __future__ import annotations

import re
from typing import Any

from django.db import connection

from regulars.events.types import Doing, OldestTransaction

_OLDEST = """
SELECT l.pid, a.application_name, coalesce(r.rolname, p.owner), coalesce(d.datname, p.database),
       coalesce(a.xact_start, p.prepared), a.state, a.wait_event_type, a.query,
       coalesce(r.rolname, p.owner) = current_user AND coalesce(d.datname, p.database) = current_database()
FROM pg_locks AS l
LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid
LEFT JOIN pg_roles AS r ON r.oid = a.usesysid
LEFT JOIN pg_database AS d ON d.oid = a.datid
LEFT JOIN pg_prepared_xacts AS p ON p.transaction = l.transactionid
WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
  AND l.pid IS DISTINCT FROM pg_backend_pid()
ORDER BY age(l.transactionid) DESC
LIMIT 1
"""
_LITERALS = re.compile(r"'(?:[^']|'')*'")
_WRITES = re.compile(r"\b(insert\s+into|update|delete\s+from|merge\s+into)\b", re.I)
_FIRST = re.compile(
    r"\s*(insert\s+into|update|delete\s+from|merge\s+into|copy|lock\s+table|alter\s+table|select|with)\b",
    re.I,
)
_TABLE = re.compile(r"\s+(?:only\s+)?\"?([a-z_][a-z0-9_]*)\"?", re.I)


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
        statement=statement_told(query or ""),
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


def statement_told(query: str) -> str:
    """What a statement does, as a verb and a table; values never."""
    query = _LITERALS.sub("''", query)
    verb = _FIRST.match(query)
    if verb is not None and verb.group(1).lower() == "with":
        verb = _WRITES.search(query, verb.end()) or verb
    if verb is None:
        return ""
    word = verb.group(1).upper().split()[0]
    if word in ("SELECT", "WITH"):
        return "SELECT"
    table = _TABLE.match(query, verb.end())
    return f"{word} {table.group(1)}" if table else word
