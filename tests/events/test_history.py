"""What services tell within `as_history` is backfill, heard of at one moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from regulars.events import registry, services
from regulars.events.models import Event
from regulars.events.types import EventClass, NewEvent

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
THEN = NOW - timedelta(days=200)


def _tell(key: str, now: datetime) -> None:
    happened = NewEvent(
        type=registry.outside("table_booked", EventClass.FACT), source="test", key=key, occurred_at=THEN
    )
    services.record([happened], now=now)


@pytest.mark.django_db
def test_it_is_backfill_and_heard_of_now() -> None:
    with services.as_history(now=NOW):
        _tell("then", THEN)
    _tell("now", NOW)
    told = Event.objects.order_by("id").values_list("key", "backfill", "received_at", "occurred_at")
    assert list(told) == [("then", True, NOW, THEN), ("now", False, NOW, THEN)]
