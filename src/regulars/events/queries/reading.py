"""The statement with which a consumer takes its next events, and what it holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from regulars.events.types import LANES, LoggedEvent

COLUMNS = (
    "events.lane, events.epoch, events.xid::text AS xid_text, events.id, name, source, key, profile_id,"
    " occurred_at::text AS occurred_text, received_at::text AS received_text, backfill, depth, cause_id,"
    " properties::text AS properties_text"
)
"""As `LoggedEvent` has them."""

# Lanes are locked one by one as the join comes to them, and it ends when there is enough: the lanes after
# that stay free for other workers. Nothing may sort the whole for that reason; a nested loop, the only
# way to do a lateral join, gives each lane's events in the order of the inner query.
_TAKE = f"""
SELECT e.*
FROM (
    SELECT lane, epoch, xid, id FROM event_cursors
    WHERE consumer = %s AND lane = ANY(%s) AND CASE WHEN %s THEN tries > 0 ELSE tries = 0 END
      AND (retry_at <= %s::timestamptz) IS NOT FALSE
    ORDER BY (lane + %s) %% {LANES}
    FOR UPDATE SKIP LOCKED
) AS c
CROSS JOIN LATERAL (
    SELECT {COLUMNS} FROM events
    WHERE events.lane = c.lane
      AND (events.epoch, events.xid, events.id) > (c.epoch, c.xid::text::xid8, c.id)
      AND (events.epoch, events.xid) < (%s::smallint, %s::text::xid8)
    ORDER BY events.epoch, events.xid, events.id
    LIMIT %s
) AS e
LIMIT %s
"""  # noqa: S608 - made of our own constants
_ONE = f"""
SELECT {COLUMNS} FROM events
WHERE events.lane = %s AND events.epoch = %s AND events.xid = %s::text::xid8 AND events.id = %s
"""  # noqa: S608 - made of our own constants


def take(
    consumer: str,
    *,
    lanes: Sequence[int],
    first: int,
    below: tuple[int, int],
    limit: int,
    failed: bool,
    due_at: datetime | None,
) -> list[LoggedEvent]:
    """The next events of lanes that nobody else has taken; those lanes are ours to the transaction's end.

    Begins with the lane `first`. `failed`: of lanes whose next event has failed (and is due again at
    `due_at`; None: whenever), instead of those where none has.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE,
            [consumer, list(lanes), failed, due_at, LANES - first, *below, limit, limit],
        )
        return [LoggedEvent._make(row) for row in cursor.fetchall()]


def one(*, lane: int, epoch: int, xid: int, id_: int) -> LoggedEvent | None:
    """The event at a place of the log; None when it is gone."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE, [lane, epoch, str(xid), id_])
        row = cursor.fetchone()
    return LoggedEvent._make(row) if row else None
