"""The worker's jobs: advancing an import, picking up what a dead worker left, tidying."""

from __future__ import annotations

import threading
from datetime import datetime, time

from procrastinate import JobContext
from procrastinate.contrib.django import app

from regulars.imports import queries, services
from regulars.imports.models import ADVANCE, LOOK
from regulars.imports.types import State
from regulars.kit import clock
from regulars.kit.schedules import Daily, Every, Schedule

WAKEN = 100
"""Imports woken at once; more do not wait in a shop."""
_one_at_a_time = threading.Lock()
"""Reading a large file takes gigabytes: a worker reads one, whatever number of jobs it does at once."""


@app.task(name=ADVANCE, pass_context=True)
def advance(context: JobContext, import_id: int) -> None:
    """Do what this import waits for. Asked for by `services`."""
    row = queries.import_state(import_id)
    if row is not None and row.state is State.EXAMINING:  # a look at the first rows; somebody waits for it
        services.advance(import_id=import_id, clock=clock.now, enough=context.should_abort)
    elif _one_at_a_time.acquire(blocking=False):
        try:
            mine = services.advance(import_id=import_id, clock=clock.now, enough=context.should_abort)
        finally:
            _one_at_a_time.release()
        # Only whoever did something: else two workers would wake each other for what a third is at.
        for next_id in queries.waiting_imports(WAKEN) if mine else []:
            if next_id != import_id:
                services.wake(next_id)


def pick_up(now: datetime, limit: int) -> int:
    """Wake the worker for what is under way: a job that died left it; one that lives is not disturbed."""
    for import_id in queries.waiting_imports(limit):
        services.wake(import_id)
    return 0  # all of them at once; those that wait on are asked for again in a minute


@app.task(name=LOOK)
def look(watch_id: int) -> None:
    """Look whether a watched file is new, and begin an import if it is."""
    services.look(watch_id=watch_id, now=clock.now())


def forget(now: datetime, limit: int) -> int:
    """Delete what is kept for 30 days only, and what processes that died left in the folder."""
    services.remove_left_over(now=now)
    return services.forget(now=now, limit=limit)


def watch(now: datetime, limit: int) -> int:
    """Have the watches looked at whose hour has come."""
    return services.wake_due(now=now, limit=limit)


SCHEDULES = [
    Schedule(name="imports.watch", cadence=Every(minutes=5), run=watch, limit=100),
    Schedule(name="imports.pick_up", cadence=Every(minutes=1), run=pick_up, limit=WAKEN),
    Schedule(name="imports.forget", cadence=Daily(at=time(4, 20)), run=forget, limit=100),
]
