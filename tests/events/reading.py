"""What tests of consumers share."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from regulars.events import registry, services
from regulars.events.types import EventType, NewEvent, Recorded

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
DRUM = EventType("drum_beaten")
FLUTE = EventType("flute_played")
registry.register(DRUM, FLUTE)
WAIT_SECONDS_MAX = 60


def beat(profiles: Iterable[int | None], tag: str = "", *, backfill: bool = False, **values: Any) -> Recorded:
    """An event for each profile, in one transaction."""
    told: dict[str, Any] = {"type": DRUM, "occurred_at": NOW} | values
    with transaction.atomic():
        return services.record(
            [
                NewEvent(source="test", key=f"{tag}{n}", profile_id=profile_id, **told)
                for n, profile_id in enumerate(profiles)
            ],
            now=NOW,
            backfill=backfill,
        )


def settled() -> None:
    """Wait for the transactions of tests beside these, on the same server: they hold readers back too."""
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        (mine,) = cursor.fetchone()
        while True:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot()) > %s::xid8", [mine])
            if cursor.fetchone() == (True,):
                return
            assert time.monotonic() < deadline


def drained() -> int:
    """All that is in the log by now handled; says how many."""
    settled()
    return services.drain(now=NOW)


def rows(query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def profiles_of(lane: int, count: int) -> list[int]:
    """The first profiles of a lane."""
    found = (n for n in range(1, 1_000_000) if (n * 2654435761 >> 26) & 63 == lane)
    return [next(found) for _ in range(count)]
