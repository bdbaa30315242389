"""The one registry of what has to be done from time to time.

A domain registers its schedules in `AppConfig.ready()`; the worker's tick and the simulator ask the
registry. A schedule keeps no state here and does its work in bounded portions, so that it may be
interrupted, repeated and run for any moment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

Run = Callable[[datetime, int], int]
"""`run(now, limit)` does at most `limit` things that are due at `now` and says how many it did."""

_MIDNIGHT_1970 = datetime(1970, 1, 1, tzinfo=UTC)


class Cadence(Protocol):
    """How often."""

    def next_after(self, moment: datetime) -> datetime:
        """The first time, in UTC, later than `moment` (aware)."""


@dataclass(frozen=True)
class Every:
    """Every so many minutes, counted from midnight UTC so that the times do not drift."""

    minutes: int

    def __post_init__(self) -> None:
        if self.minutes < 1:
            raise ValueError("a schedule runs at most once a minute")

    def next_after(self, moment: datetime) -> datetime:
        period = timedelta(minutes=self.minutes)
        return _MIDNIGHT_1970 + ((moment - _MIDNIGHT_1970) // period + 1) * period


@dataclass(frozen=True)
class Daily:
    """Once a day at a time of the zone's calendar.

    Where the clocks skip that time it happens as much later; where it comes twice, at the first.
    """

    at: time
    zone: str = "UTC"

    def next_after(self, moment: datetime) -> datetime:
        zone = ZoneInfo(self.zone)
        day = moment.astimezone(zone).date()
        while True:
            due = datetime.combine(day, self.at, tzinfo=zone).astimezone(UTC)
            if due > moment:
                return due
            day += timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Something to be done from time to time.

    `name` is stored beside the state and never changes: `<domain>.<what is done>`. `run` is called with
    `limit` again and again until it does less than that. A new schedule runs `at_once` or waits for its
    first time; one that missed its time, since nothing ran then, is always made up for.
    """

    name: str
    cadence: Cadence
    run: Run
    limit: int = 1000
    at_once: bool = True


_schedules: dict[str, Schedule] = {}


def register(schedule: Schedule) -> None:
    """Add a schedule; the same name twice is a mistake in the code."""
    if schedule.name in _schedules:
        raise ValueError(f"the schedule {schedule.name} is registered twice")
    _schedules[schedule.name] = schedule


def registered() -> list[Schedule]:
    """All schedules, in the order they were registered: lower layers first."""
    return list(_schedules.values())
