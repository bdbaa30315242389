"""Reading the log in its order."""

from __future__ import annotations

import json

from django.db import connection

from regulars.events.types import LoggedEvent, Position

# Below the oldest transaction that is still open nothing more can appear; in epochs that are over nothing
# can at all, and their transaction ids mean nothing on this server.
_IN_ORDER = """
SELECT epoch, xid::text::bigint, id, name, source, key, profile_id, occurred_at, backfill, depth,
       properties::text
FROM events
WHERE lane = %s AND (epoch, xid, id) > (%s::smallint, %s::text::xid8, %s::bigint)
  AND (epoch < (SELECT coalesce(max(epoch), 1) FROM log_epochs)
       OR xid < pg_snapshot_xmin(pg_current_snapshot()))
ORDER BY epoch, xid, id
LIMIT %s
"""


def in_order(*, lane: int, after: Position, limit: int) -> list[LoggedEvent]:
    """What a lane's log holds after a position, in the order that never gets an event in between later.

    What was written while an older transaction is open comes once that one has ended.
    """
    with connection.cursor() as cursor:
        cursor.execute(_IN_ORDER, [lane, after.epoch, str(after.xid), after.id, limit])
        return [
            LoggedEvent(
                position=Position(epoch, xid, id_),
                name=name,
                source=source,
                key=key,
                profile_id=profile_id,
                occurred_at=occurred_at,
                backfill=backfill,
                depth=depth,
                properties=json.loads(properties),
            )
            for epoch, xid, id_, name, source, key, profile_id, occurred_at, backfill, depth, properties in (
                cursor.fetchall()
            )
        ]
