"""The worker's part: what time does to points."""

from __future__ import annotations

from datetime import datetime, time

from regulars.kit.schedules import Daily, Schedule
from regulars.loyalty import services


def check_books(now: datetime, limit: int) -> int:
    """Prove the books; once is all there is to do."""
    services.check_books(now=now)
    return 0


SCHEDULES: list[Schedule] = [
    Schedule(name="loyalty.check_books", cadence=Daily(at=time(3, 10)), run=check_books),
]
