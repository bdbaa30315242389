"""The worker's part: sending, looking each minute for what is due, tidying."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from datetime import time as time_of_day

from procrastinate import JobContext
from procrastinate.contrib.django import app

from regulars.kit import clock
from regulars.kit.schedules import Daily, Every, Schedule
from regulars.webhooks import queries, services
from regulars.webhooks.models import SEND

SEND_SECONDS_MAX = 50.0
"""Then a job makes room and asks for the next, so that imports and the tick get their turn."""


class _Turn:
    """One job of a process sends; another that comes meanwhile only has it look once more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_taken = self._is_asked = False

    def take(self) -> bool:
        with self._lock:
            mine, self._is_taken, self._is_asked = not self._is_taken, True, self._is_taken
            return mine

    def give_back(self, *, anyway: bool = False) -> bool:
        """Whether it was given back: not if somebody has asked since (unless `anyway`)."""
        with self._lock:
            self._is_taken, self._is_asked = self._is_asked and not anyway, False
            return not self._is_taken


_turn = _Turn()


@app.task(name=SEND, pass_context=True)
def send(context: JobContext) -> None:
    """Send what is due. Asked for by `services`."""
    if not _turn.take():
        return
    ends_at = time.monotonic() + SEND_SECONDS_MAX

    def enough() -> bool:
        return time.monotonic() > ends_at or context.should_abort()

    try:
        services.send_due(clock=clock.now, enough=enough)
        while not enough() and not _turn.give_back():
            services.send_due(clock=clock.now, enough=enough)
    finally:
        _turn.give_back(anyway=True)
    if enough() and queries.any_due(clock.now()):
        services.wake()


def wake(now: datetime, limit: int) -> int:
    """Have what is due sent: next tries, and what a worker that died had in hand."""
    if queries.any_due(now):
        services.wake()
    return 0


def forget(now: datetime, limit: int) -> int:
    """Remove what is kept for 30 days only."""
    return services.forget(now=now, limit=limit)


SCHEDULES = [
    Schedule(name="webhooks.wake", cadence=Every(minutes=1), run=wake),
    Schedule(name="webhooks.forget", cadence=Daily(at=time_of_day(4, 40)), run=forget, limit=5_000),
]
