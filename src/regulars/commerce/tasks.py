"""What commerce has to have done from time to time."""

from __future__ import annotations

from datetime import datetime, time

from regulars.commerce import services
from regulars.kit.schedules import Daily, Schedule


def drop_old_carts(now: datetime, limit: int) -> int:
    """Remove carts that nobody touched for long."""
    return services.drop_old_carts(now=now, limit=limit)


SCHEDULES = [Schedule(name="commerce.drop_old_carts", cadence=Daily(at=time(2, 50)), run=drop_old_carts)]
