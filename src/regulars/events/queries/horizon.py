"""Up to where the log may be read: below the oldest transaction that may still add to it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from regulars.kit.locks import Space

# A transaction that promised to write nothing but backfill (`services.only_backfill`) holds a lock named
# by its own id for as long as it is open. The list of open ones is taken first: one that ends before the
# locks are looked at is still waited for, for nothing, and the next look will not.
_HORIZON = """
WITH here AS MATERIALIZED (SELECT pg_current_snapshot() AS snapshot),
open AS MATERIALIZED (SELECT pg_snapshot_xip(snapshot) AS xid FROM here),
fresh AS (
    SELECT xid FROM open WHERE NOT EXISTS (
        SELECT FROM pg_locks
        WHERE locktype = 'advisory' AND objsubid = 2 AND classid = %s AND granted
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND objid = (open.xid::text::numeric %% 4294967296)::bigint::oid
    )
)
SELECT (SELECT coalesce(max(epoch), 1) FROM log_epochs),
       coalesce((SELECT xid FROM fresh ORDER BY xid LIMIT 1), pg_snapshot_xmax(snapshot))::text,
       coalesce((SELECT xid FROM open ORDER BY xid LIMIT 1), pg_snapshot_xmax(snapshot))::text,
       pg_snapshot_xmax(snapshot)::text
FROM here
"""


@dataclass(frozen=True, slots=True)
class Horizon:
    """What may be read at a moment: all of older epochs, and of this one what lies below a transaction id.

    Whatever lies below is there to be seen by every statement that begins later. `fresh` is for who reads
    no backfill, `everything` for who does; `next` is the id that the next transaction will get.
    """

    epoch: int
    fresh: int
    everything: int
    next: int


def horizon() -> Horizon:
    """Up to where the log may be read right now."""
    with connection.cursor() as cursor:
        cursor.execute(_HORIZON, [Space.BACKFILL.value])
        epoch, fresh, everything, next_ = cursor.fetchone()
    return Horizon(epoch, int(fresh), int(everything), int(next_))
