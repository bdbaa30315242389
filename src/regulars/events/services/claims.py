"""Occasions of what becomes something else than an event, such as an order of the same outside call."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection

# In their own order, as `record` does: of two that overlap one waits for the other.
_CLAIM = """
INSERT INTO event_keys (source, key, received_at)
SELECT %s, key, %s FROM unnest(%s::text[]) AS t(key) ORDER BY key
ON CONFLICT DO NOTHING
RETURNING key
"""
_RELEASE = "DELETE FROM event_keys WHERE source = %s AND key = ANY(%s)"


def claim(*, source: str, keys: Collection[str], now: datetime) -> set[str]:
    """Take occasions without recording an event of them; gives those that nobody had before.

    Belongs to the transaction of what is done for them. Whoever claims the same at the same moment waits
    for the end of that transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("occasions are claimed in the transaction of what is done for them")
    if not keys:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [source, now, sorted(set(keys))])
        return {key for (key,) in cursor.fetchall()}


def release(*, source: str, keys: Collection[str]) -> None:
    """Give back what `claim` gave in this same transaction, because nothing came of it.

    Never for what was recorded or claimed before: it would be taken for new the next time.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("occasions are released in the transaction that claimed them")
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(_RELEASE, [source, sorted(set(keys))])
