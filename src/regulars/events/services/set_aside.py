"""What people do about events that were set aside."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet

from regulars.events import registry
from regulars.events.models import EventSetAside
from regulars.events.services import waking


def replay(*, ids: Collection[int] | None = None, consumer: str | None = None, now: datetime) -> int:
    """Ask for set-aside events to be tried again, by their ids or all of a consumer; says how many.

    The worker does it at once. What goes well leaves the list, what fails stays with its new reason. What
    was tried with success before is no longer there, so asking twice changes nothing.
    Raises NoSuchConsumer.
    """
    asked = _those(ids, consumer).filter(asked_at__isnull=True).update(asked_at=now)
    waking.wake_all()
    return asked


def drop_set_aside(*, ids: Collection[int] | None = None, consumer: str | None = None, now: datetime) -> int:
    """Leave set-aside events unhandled for good; says how many. Raises NoSuchConsumer."""
    gone, _counts = _those(ids, consumer).delete()
    return gone


def _those(ids: Collection[int] | None, consumer: str | None) -> QuerySet[EventSetAside]:
    if (ids is None) == (consumer is None):
        raise ValueError("either ids or a consumer")
    if consumer is not None:
        registry.consumer(consumer)
        return EventSetAside.objects.filter(consumer=consumer)
    return EventSetAside.objects.filter(id__in=list(ids or []))
