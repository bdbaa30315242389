"""Moving cursors, in the transaction of what came of the events passed over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from regulars.events.types import LoggedEvent

_MOVE = """
UPDATE event_cursors AS c
SET epoch = t.epoch, xid = t.xid, id = t.id, moved_at = %s, tries = 0, retry_at = NULL
FROM unnest(%s::smallint[], %s::smallint[], %s::bigint[], %s::bigint[]) AS t(lane, epoch, xid, id)
WHERE c.consumer = %s AND c.lane = t.lane
"""
_PUT_OFF = "UPDATE event_cursors SET tries = %s, retry_at = %s WHERE consumer = %s AND lane = %s"


def move(consumer: str, seen: Iterable[LoggedEvent], *, now: datetime) -> None:
    """Move a consumer's cursors to the last of these events in each lane; the lanes are locked by us."""
    last = {event.lane: event for event in seen}
    if last:
        columns: list[list[int]] = [
            list(last),
            [event.epoch for event in last.values()],
            [event.xid for event in last.values()],
            [event.id for event in last.values()],
        ]
        with connection.cursor() as cursor:
            cursor.execute(_MOVE, [now, *columns, consumer])


def put_off(consumer: str, lane: int, *, tries: int, retry_at: datetime) -> None:
    """Note that the event a lane's cursor stands before has failed; the lane is locked by us."""
    with connection.cursor() as cursor:
        cursor.execute(_PUT_OFF, [tries, retry_at, consumer, lane])
