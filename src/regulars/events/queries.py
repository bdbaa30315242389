"""Reading the log."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection

from regulars.events.models import TouchedMonth, TouchedProfile
from regulars.events.types import LoggedEvent, Position, TimelineEvent

TIMELINE_MAX = 200
"""Most lines of a timeline read at once: more than a page shows before one asks for the next."""

# Each profile's newest are read in order from the index and then merged; `profile_id = ANY` would read
# a customer's whole history to sort it.
_TIMELINE = """
SELECT e.id, e.name, e.occurred_at, e.profile_id, e.properties::text
FROM unnest(%s::bigint[]) AS p(profile_id)
CROSS JOIN LATERAL (
    SELECT id, name, occurred_at, profile_id, properties FROM events
    WHERE events.profile_id = p.profile_id
      AND (%s::timestamptz IS NULL OR (occurred_at, id) < (%s::timestamptz, %s::bigint))
    ORDER BY occurred_at DESC, id DESC
    LIMIT %s
) AS e
ORDER BY e.occurred_at DESC, e.id DESC
LIMIT %s
"""
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


def timeline(
    profile_ids: Sequence[int], *, limit: int, before: tuple[datetime, int] | None = None
) -> list[TimelineEvent]:
    """What happened to these profiles, newest first, at most `limit` (up to TIMELINE_MAX).

    `before` is the (occurred_at, id) of the last line of the page above.
    """
    moment, above = before or (None, None)
    limit = min(limit, TIMELINE_MAX)
    with connection.cursor() as cursor:
        cursor.execute(_TIMELINE, [list(profile_ids), moment, moment, above, limit, limit])
        return [
            TimelineEvent(id_, name, occurred_at, profile_id, json.loads(properties))
            for id_, name, occurred_at, profile_id, properties in cursor.fetchall()
        ]


def touched_months(limit: int) -> list[tuple[int, str, date]]:
    """Marks (id, lake table, first day of the month) to be seen to, oldest first.

    A month may come many times. Read the marks first and the data after that, in a snapshot that is not
    older; then forget exactly these marks. So a change that comes in between leaves a mark of its own.
    """
    return list(TouchedMonth.objects.order_by("id").values_list("id", "lake_table", "month")[:limit])


def touched_profiles(limit: int) -> list[tuple[int, int]]:
    """Marks (id, profile id) to be seen to, oldest first; see `touched_months`."""
    return list(TouchedProfile.objects.order_by("id").values_list("id", "profile_id")[:limit])
