"""Reading the log in its order."""

from __future__ import annotations

from django.db import connection

from regulars.events.queries.reading import BODY, COLUMNS
from regulars.events.types import LoggedEvent, Position

# Below the oldest transaction that is still open nothing more can appear; in epochs that are over nothing
# can at all, and their transaction ids mean nothing on this server.
_IN_ORDER = f"""
SELECT {COLUMNS}, {BODY}
FROM events
WHERE lane = %s AND (epoch, xid, id) > (%s::smallint, %s::text::xid8, %s::bigint)
  AND (epoch, xid) < ((SELECT coalesce(max(epoch), 1) FROM log_epochs),
                      pg_snapshot_xmin(pg_current_snapshot()))
ORDER BY epoch, xid, id
LIMIT %s
"""  # noqa: S608 - made of our own constants


def in_order(*, lane: int, after: Position, limit: int) -> list[LoggedEvent]:
    """What a lane's log holds after a position, in the order that never gets an event in between later.

    What was written while an older transaction is open comes once that one has ended.
    """
    with connection.cursor() as cursor:
        cursor.execute(_IN_ORDER, [lane, after.epoch, str(after.xid), after.id, limit])
        return [LoggedEvent._make(row) for row in cursor.fetchall()]
