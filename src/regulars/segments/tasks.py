"""The worker's part: finding the people of new segments, and what time changes, each minute."""

from __future__ import annotations

import threading
from datetime import datetime

from procrastinate import JobContext
from procrastinate.contrib.django import app

from regulars.kit import clock
from regulars.kit.schedules import Every, Schedule
from regulars.segments import services
from regulars.segments.models import BUILD

_some_at_a_time = threading.Semaphore(2)
"""A worker does other things too: of its jobs so many build, the others are asked for again in a minute."""


@app.task(name=BUILD, pass_context=True)
def build(context: JobContext, segment_id: int) -> None:
    """Find the people of a segment. Asked for by `services`."""
    if _some_at_a_time.acquire(blocking=False):
        try:
            services.build(segment_id=segment_id, now=clock.now(), enough=context.should_abort)
        finally:
            _some_at_a_time.release()


def tick(now: datetime, limit: int) -> int:
    """Bring all segments up to now."""
    return services.tick(now=now, limit=limit)


SCHEDULES = [Schedule(name="segments.tick", cadence=Every(minutes=1), run=tick, limit=1_000)]
