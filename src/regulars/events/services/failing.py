"""What could not be handled: tried again, set aside, and tried once more when somebody asks for it."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, connection, transaction

from regulars.events import rules
from regulars.events.errors import EventLoop
from regulars.events.models import EventCursor, EventSetAside
from regulars.events.queries.reading import one, take
from regulars.events.services.cursors import move, put_off
from regulars.events.types import TRIES_MAX, Batch, Consumer, LoggedEvent

logger = logging.getLogger(__name__)

LOOKED_THROUGH = 50
"""So many events at once for the next one that is wanted."""
WAITS = (timedelta(seconds=1), timedelta(seconds=10))
"""How long a lane waits after the first and the second failure of its next event."""
REPLAYED = 50

CONFLICTS = frozenset({"40001", "40P01"})
"""Serialization, deadlock."""
SENT_AWAY = "57P"
"""The server ends the connection, which may look whole to us still."""
PASSING = CONFLICTS | {"55P03", "53100", "53300", "58030"}
"""What is no fault of the event: a conflict with another transaction (serialization, deadlock, lock); a full
disk, too many connections, a disk that fails."""


def raise_if_not_the_handlers(error: Exception) -> None:
    """Raise the error again if it is about the connection to the database rather than about an event."""
    if isinstance(error, DatabaseError | InterfaceError):
        raw = connection.connection
        if raw is None or raw.closed or raw.broken or (_sqlstate(error) or "").startswith(SENT_AWAY):
            raise error


def one_by_one(
    consumer: Consumer, below: tuple[int, int], lanes: Collection[int], *, count: int, now: datetime
) -> tuple[int, int]:
    """Try the `count` events of a batch that failed, one at a time; gives how many were handled and tried.

    A lane whose next event fails stops before it and waits; the others go on.
    """
    handled = tried = 0
    while tried < count:
        portion = _singly(consumer, below, lanes, now=now, failed=False)
        if not portion[1]:
            break
        handled, tried = handled + portion[0], tried + portion[1]
    return handled, tried


def again(
    consumer: Consumer, below: tuple[int, int], lanes: Collection[int], *, now: datetime
) -> tuple[int, int]:
    """Try what has failed before once more; after the last try it is set aside, and its lane goes on."""
    return _singly(consumer, below, lanes, now=now, failed=True)


@transaction.atomic
def _singly(
    consumer: Consumer, below: tuple[int, int], lanes: Collection[int], *, now: datetime, failed: bool
) -> tuple[int, int]:
    """Try the next event that is wanted, in a transaction of its own.

    Several would lock what they touch in the order of the log, and wait in a circle with all others.
    """
    # With their bodies also for who is brief: what is set aside says when it was heard of.
    whole = replace(consumer, brief=False)
    events = take(whole, lanes=lanes, below=below, limit=LOOKED_THROUGH, failed=failed)
    tries = dict(
        EventCursor.objects.filter(
            consumer=consumer.name, lane__in={event.lane for event in events}
        ).values_list("lane", "tries")
    )
    stopped: dict[int, int] = {}
    seen: list[LoggedEvent] = []
    handled = 0
    for event in events:
        if event.body is None:
            seen.append(event)
            tries[event.lane] = 0
            continue
        error = _error_of(consumer, event, now)
        count = tries[event.lane] + 1
        if error is not None and not _is_over(error, count):
            stopped[event.lane] = min(count, TRIES_MAX - 1)
            break
        if error is not None:
            _set_aside(consumer, event, count, error, now)
        handled += error is None
        seen.append(event)
        break
    move(consumer.name, seen, now=now)
    for lane, count in stopped.items():
        put_off(consumer.name, lane, tries=count, retry_at=now + WAITS[count - 1])
    return handled, len(seen) + len(stopped)


def _error_of(consumer: Consumer, event: LoggedEvent, now: datetime) -> Exception | None:
    """Have one event handled; what it wrote is gone if it fails."""
    try:
        with transaction.atomic():
            consumer.handle(Batch([event], now))
    except Exception as error:  # whatever a handler may raise
        raise_if_not_the_handlers(error)
        return error
    return None


def _is_over(error: Exception, tries: int) -> bool:
    """Whether there is no sense in trying an event again."""
    if isinstance(error, EventLoop):
        return True
    return tries >= TRIES_MAX and _sqlstate(error) not in PASSING


def is_conflict(error: Exception) -> bool:
    """Whether it was refused for what others did at the same moment."""
    return _sqlstate(error) in CONFLICTS


def _sqlstate(error: Exception) -> str | None:
    cause = error.__cause__ if isinstance(error, DatabaseError) else error  # `copy` raises psycopg's own
    return getattr(cause, "sqlstate", None)


def _set_aside(consumer: Consumer, event: LoggedEvent, tries: int, error: Exception, now: datetime) -> None:
    told = rules.told(error)
    logger.error("%s could not handle event %d (%s): %s", consumer.name, event.id, event.name, told)
    EventSetAside.objects.bulk_create(
        [
            EventSetAside(
                consumer=consumer.name,
                lane=event.lane,
                epoch=event.epoch,
                xid=event.xid,
                event_id=event.id,
                name=event.name,
                profile_id=event.profile_id,
                received_at=event.received_at,
                set_aside_at=now,
                tries=tries,
                error=told,
            )
        ],
        ignore_conflicts=True,
    )


def replay_asked(consumer: Consumer, *, now: datetime) -> tuple[int, int]:
    """Try again what somebody asked for; gives how many were handled, and how many were tried."""
    handled = tried = 0
    while tried < REPLAYED:
        outcome = _replay_one(consumer, now)
        if outcome is None:
            break
        tried += 1
        handled += outcome
    return handled, tried


@transaction.atomic
def _replay_one(consumer: Consumer, now: datetime) -> bool | None:
    """Whether it went well; None: nobody asks for anything. What went well cannot be asked for again."""
    asked = EventSetAside.objects.select_for_update(skip_locked=True).filter(
        consumer=consumer.name, asked_at__isnull=False
    )
    row = asked.order_by("id").first()
    if row is None:
        return None
    event = one(lane=row.lane, epoch=row.epoch, xid=row.xid, id_=row.event_id)
    error = _error_of(consumer, event, now) if event is not None else None
    if error is None:
        row.delete()
        return event is not None
    EventSetAside.objects.filter(id=row.id).update(
        tries=row.tries + 1, error=rules.told(error), set_aside_at=now, asked_at=None
    )
    return False
