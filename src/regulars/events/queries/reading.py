"""The statement with which a consumer takes its next events, and what it holds."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from typing import Any, cast

from django.db import connection

from regulars.events.types import Consumer, LoggedEvent

_as_event = cast("Callable[[Sequence[Any]], LoggedEvent]", partial(tuple.__new__, LoggedEvent))
"""`LoggedEvent._make` in a third of the time."""

BODY = "json_build_array(source, key, occurred_at, received_at, cause_id, properties)::text"
COLUMNS = (
    "events.lane, events.epoch, events.xid::text::bigint AS xid_number, events.id, name, profile_id,"
    " backfill, depth"
)
"""As `LoggedEvent` has them; the body comes last."""

# Lanes are locked one by one as the join comes to them, and it ends when there is enough: the lanes after
# that stay free for other workers. Nothing may sort the whole for that reason; a nested loop, the only
# way to do a lateral join, gives each lane's events in the order of the inner query. Those furthest behind
# come first, and a part of a lane at a time: what was written together is on the same pages for all lanes,
# which then are read a few times instead of once for each lane. The upper end is written with <= because
# the planner judges by the first column alone: of an epoch < the only one there is it would expect nothing.
LANES_AT_ONCE = 8
"""Of so many lanes, at least, is what is taken at once when all of them have much to read."""
_TAKE = f"""
SELECT e.*
FROM (
    SELECT lane, epoch, xid, id FROM event_cursors
    WHERE consumer = %s AND lane = ANY(%s) AND CASE WHEN %s THEN tries > 0 ELSE tries = 0 END
    ORDER BY epoch, xid, id
    FOR UPDATE SKIP LOCKED
) AS c
CROSS JOIN LATERAL (
    SELECT {COLUMNS},
           CASE WHEN (%s OR NOT backfill) AND (%s::text[] IS NULL OR name = ANY(%s::text[]))
                THEN CASE WHEN %s THEN '' ELSE {BODY} END END
    FROM events
    WHERE events.lane = c.lane
      AND (events.epoch, events.xid, events.id) > (c.epoch, c.xid::text::xid8, c.id)
      AND (events.epoch, events.xid, events.id) <= (%s::smallint, %s::text::xid8, 9223372036854775807)
    ORDER BY events.epoch, events.xid, events.id
    LIMIT %s
) AS e
LIMIT %s
"""  # noqa: S608 - made of our own constants
# The newest event of each lane is looked up once for all consumers: to look behind each of their cursors
# costs as much each time, whether there is anything or not.
_NEWS = """
WITH newest AS MATERIALIZED (
    SELECT l.lane, e.* FROM unnest(%s::int[]) AS l(lane) CROSS JOIN LATERAL (
        SELECT events.epoch, events.xid, events.id FROM events WHERE events.lane = l.lane
        ORDER BY events.epoch DESC, events.xid DESC, events.id DESC LIMIT 1
    ) AS e
)
SELECT c.consumer, array_agg(c.lane) FROM event_cursors AS c JOIN newest USING (lane)
WHERE c.consumer = ANY(%s)
  AND (newest.epoch, newest.xid, newest.id) > (c.epoch, c.xid::text::xid8, c.id)
GROUP BY c.consumer
"""
_ONE = f"""
SELECT {COLUMNS}, {BODY} FROM events
WHERE events.lane = %s AND events.epoch = %s AND events.xid = %s::text::xid8 AND events.id = %s
"""  # noqa: S608 - made of our own constants


def most_of_a_lane(limit: int) -> int:
    """So many of one lane are taken when `limit` are asked for; who got as many may ask again."""
    return -(-limit // LANES_AT_ONCE)


def news(*, consumers: Collection[str], lanes: Collection[int]) -> dict[str, list[int]]:
    """In which of these lanes there is something that a consumer has not seen; without any it is left out.

    Whether it may be read yet is not asked.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NEWS, [list(lanes), list(consumers)])
        return dict(cursor.fetchall())


@contextlib.contextmanager
def _no_collecting() -> Iterator[None]:
    """Thousands of plain rows at once: to look for circles among them, and among all else there is, again
    and again takes a quarter of the time of reading the log."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def take(
    consumer: Consumer,
    *,
    lanes: Collection[int],
    below: tuple[int, int],
    limit: int,
    failed: bool = False,
) -> list[LoggedEvent]:
    """The next events of lanes that nobody else has taken; those lanes are ours to the transaction's end.

    Those that the consumer does not want are among them, without a body. It ends below an epoch
    and a transaction id. `failed`: of lanes whose next event has failed before, instead of
    those where none has.
    """
    names = sorted(consumer.names) if consumer.names is not None else None
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE,
            [
                *(consumer.name, list(lanes), failed),
                *(consumer.backfill, names, names, consumer.brief),
                *(below[0], below[1] - 1, most_of_a_lane(limit), limit),
            ],
        )
        with _no_collecting():
            return list(map(_as_event, cursor.fetchall()))


def one(*, lane: int, epoch: int, xid: int, id_: int) -> LoggedEvent | None:
    """The event at a place of the log; None when it is gone."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE, [lane, epoch, str(xid), id_])
        row = cursor.fetchone()
    return _as_event(row) if row else None
