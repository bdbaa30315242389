"""What the doors have to have done from time to time."""

from __future__ import annotations

from datetime import datetime

from regulars.api.rest import idempotency
from regulars.kit.schedules import Every, Schedule


def forget_answers(now: datetime, limit: int) -> int:
    """Forget answers to calls with an idempotency key once they are a day old."""
    return idempotency.forget(now=now, limit=limit)


SCHEDULES = [
    Schedule(name="api.forget_answers", cadence=Every(minutes=30), run=forget_answers, limit=5000),
]
