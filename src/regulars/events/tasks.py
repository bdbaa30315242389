"""What the log has to have done from time to time."""

from __future__ import annotations

from datetime import datetime, time

from regulars.events import services
from regulars.kit.schedules import Daily, Schedule


def make_months(now: datetime, limit: int) -> int:
    """Make the partitions of this and the coming months; `limit` is of no use here: they are few."""
    return len(services.make_months(now=now))


def drop_old_browsing(now: datetime, limit: int) -> int:
    """Remove browsing that is older than it is kept."""
    return services.drop_old_browsing(now=now, limit=limit)


SCHEDULES = [
    Schedule(name="events.make_months", cadence=Daily(at=time(2, 0)), run=make_months),
    Schedule(
        name="events.drop_old_browsing",
        cadence=Daily(at=time(3, 30)),
        run=drop_old_browsing,
        limit=5000,
        at_once=False,
    ),
]
