"""How far those are who read the log, and what they could not handle."""

from __future__ import annotations

from django.db import connection

from regulars.events import registry
from regulars.events.models import EventSetAside
from regulars.events.types import BEHIND_MAX, ConsumerState, SetAside

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
