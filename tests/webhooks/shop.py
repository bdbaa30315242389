"""A shop whose events are told: customers, what happens to them, and the clock."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from regulars.customers import services as customers
from regulars.customers.types import SHOP, NewProfile
from regulars.events import services as events
from regulars.events.types import EventType, LoggedEvent, NewEvent
from regulars.webhooks import services
from regulars.webhooks.types import NewEndpoint

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
ORDER = "order_completed"


class Clock:
    """Stands until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


def customer(number: str = "C-1", source: str = SHOP) -> int:
    new = NewProfile(source=source, external_id=number, name="Анна", created_at=NOW)
    (profile,) = customers.upsert_profiles(profiles=[new], now=NOW, backfill=True).ids.values()
    return profile


def event(
    number: int = 1,
    name: str = ORDER,
    *,
    profile_id: int | None = None,
    properties: Mapping[str, Any] | None = None,
) -> LoggedEvent:
    """As a consumer is handed it."""
    told = ["test", str(number), NOW.isoformat(), NOW.isoformat(), None, dict(properties or {})]
    return LoggedEvent(
        lane=0,
        epoch=1,
        xid=number,
        id=number,
        name=name,
        profile_id=profile_id,
        backfill=False,
        depth=0,
        body=json.dumps(told),
    )


def endpoint(url: str, *names: str, now: datetime = NOW) -> NewEndpoint:
    return services.create_endpoint(url=url, events=names or [ORDER], user_id=None, now=now)


def happen(*events_: LoggedEvent, now: datetime = NOW) -> int:
    with transaction.atomic():
        return services.put_in_line(events=events_, now=now)


def record(name: str, key: str, *, profile_id: int, now: datetime = NOW, **properties: Any) -> None:
    """Into the log itself."""
    new = NewEvent(
        type=EventType(name), source="test", key=key, occurred_at=now, profile_id=profile_id,
        properties=properties,
    )  # fmt: skip
    with transaction.atomic():
        events.record([new], now=now)
