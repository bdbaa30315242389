"""What customers have to have done from time to time."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from regulars.customers import services
from regulars.kit.schedules import Daily, Schedule

KEEP_DELETED = timedelta(days=30)
"""So long a deleted note can be brought back."""


def forget_deleted_notes(now: datetime, limit: int) -> int:
    """Remove for good notes that were deleted long ago."""
    return services.forget_deleted_notes(before=now - KEEP_DELETED, limit=limit)


SCHEDULES = [
    Schedule(name="customers.forget_deleted_notes", cadence=Daily(at=time(2, 20)), run=forget_deleted_notes)
]
