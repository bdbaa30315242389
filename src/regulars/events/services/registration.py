"""The rows of consumers: made when a consumer is first seen, paused, started again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from regulars.events import registry
from regulars.events.errors import NoSuchConsumer
from regulars.events.models import EventConsumer, EventSetAside
from regulars.events.services import waking
from regulars.events.types import LANES, Consumer, Start

_STANDINGS = """
SELECT c.name, c.paused_at IS NOT NULL,
       ARRAY(SELECT lane FROM event_cursors
             WHERE consumer = c.name AND tries > 0 AND (NOT %s OR retry_at <= %s)),
       EXISTS (SELECT FROM event_set_aside WHERE consumer = c.name AND asked_at IS NOT NULL)
FROM event_consumers AS c WHERE c.name = ANY(%s)
"""
# Below the oldest open transaction everything is over. What others have committed above it by now comes
# to one who starts "now" too: a moment's worth, while its own first would be lost if it began higher.
_PLACES = """
INSERT INTO event_cursors AS c (consumer, lane, epoch, xid, id)
SELECT %s, lane, CASE WHEN %s THEN (SELECT coalesce(max(epoch), 1) FROM log_epochs) ELSE 0 END,
       CASE WHEN %s THEN pg_snapshot_xmin(pg_current_snapshot())::text::bigint ELSE 0 END, 0
FROM generate_series(0, %s) AS lane
ON CONFLICT (consumer, lane) DO UPDATE SET
    epoch = excluded.epoch, xid = excluded.xid, id = excluded.id, tries = 0, retry_at = NULL
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A consumer that is not paused, with lanes whose next event failed and is due again.

    `is_asked`: something set aside is to be tried again.
    """

    name: str
    failed_lanes: list[int]
    is_asked: bool


def standings(*, now: datetime, is_patient: bool) -> list[Standing]:
    """All consumers that are to be given something, in the order of their registration."""
    names = [consumer.name for consumer in registry.consumers()]
    if not names:
        return []
    for _try in (1, 2):
        with connection.cursor() as cursor:
            cursor.execute(_STANDINGS, [is_patient, now, names])
            rows = {name: (paused, lanes, asked) for name, paused, lanes, asked in cursor.fetchall()}
        if len(rows) == len(names):
            break
        ensure_consumers(now=now)
    return [
        Standing(name, rows[name][1], rows[name][2]) for name in names if name in rows and not rows[name][0]
    ]


def ensure_consumers(*, now: datetime) -> list[str]:
    """Make the rows of consumers seen for the first time, at the place where they start; gives their names.

    Workers do this by themselves. A test of a consumer that starts "now" calls it before what it is to see.
    """
    known = set(EventConsumer.objects.values_list("name", flat=True))
    return [
        consumer.name
        for consumer in registry.consumers()
        if consumer.name not in known and _made(consumer, now)
    ]


@transaction.atomic
def _made(consumer: Consumer, now: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO event_consumers (name, made_at) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [consumer.name, now],
        )
        if cursor.rowcount == 0:  # another worker was quicker, and has made the cursors too
            return False
    _place(consumer.name, consumer.start)
    return True


def _place(name: str, start: Start) -> None:
    is_now = start is Start.NOW
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, [name, is_now, is_now, LANES - 1])


@transaction.atomic
def start_again(consumer: str, *, from_: Start, now: datetime) -> None:
    """Put a consumer at the beginning of the log, or behind all that is in it by now.

    From the beginning it is given again what it was given before, and does again what it did: for those
    that can be repeated or whose results were cleared. What was set aside is forgotten. Waits for workers
    that are at it. Raises NoSuchConsumer.
    """
    registry.consumer(consumer)
    ensure_consumers(now=now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM event_cursors WHERE consumer = %s ORDER BY lane FOR UPDATE", [consumer])
    _place(consumer, from_)
    EventSetAside.objects.filter(consumer=consumer).delete()
    waking.wake_all()


def pause(consumer: str, *, now: datetime) -> None:
    """Give a consumer nothing more until `resume`; what happens meanwhile waits for it."""
    _set_paused(consumer, now, now=now)


def resume(consumer: str, *, now: datetime) -> None:
    """Give a paused consumer what has waited for it."""
    _set_paused(consumer, None, now=now)
    waking.wake_all()


def _set_paused(consumer: str, paused_at: datetime | None, *, now: datetime) -> None:
    ensure_consumers(now=now)
    found = EventConsumer.objects.filter(name=consumer, paused_at__isnull=paused_at is not None)
    if not found.update(paused_at=paused_at) and not EventConsumer.objects.filter(name=consumer).exists():
        raise NoSuchConsumer(_("There is no consumer %(name)s.") % {"name": consumer})
