"""What happens each minute: the schedules that are due run, each by one worker at a time.

Safe with any number of workers: who gets a schedule's lock runs it, the others pass over it. A worker
that dies leaves no lock behind, and its schedule stays due. A schedule that fails is put off, for longer
each time, and holds up no other.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from regulars.config.models import ScheduleState
from regulars.kit import locks, schedules
from regulars.kit.schedules import Schedule

logger = logging.getLogger(__name__)

BACKOFF_MINUTES_MAX = 60
ERROR_CHARACTERS_MAX = 2000


@dataclass(frozen=True)
class Outcome:
    """What one schedule did in this tick."""

    name: str
    done: int
    failed: bool = False


def run_due(now: datetime, *, enough: Callable[[], bool] = lambda: False) -> list[Outcome]:
    """Run every schedule that is due at `now`, the one that has waited longest first.

    `enough` is asked between portions of work: once it says so, the rest stays due.
    """
    _note_new_ones(now)
    states = {state.name: state for state in ScheduleState.objects.all()}
    due = [s for s in schedules.registered() if is_due(states[s.name], now)]
    due.sort(key=lambda s: states[s.name].due_at)
    outcomes: list[Outcome] = []
    for schedule in due:
        if enough():
            break
        with locks.alone(locks.Space.SCHEDULE, schedule.name) as mine:
            # Another worker may have run it between our reading of the states and the lock.
            if mine and is_due(ScheduleState.objects.get(name=schedule.name), now):
                outcomes.append(_run(schedule, now, enough))
    return outcomes


def is_due(state: ScheduleState, now: datetime) -> bool:
    """Whether a schedule has to run: its time has come, or the clock was set back since it last ran."""
    return state.due_at <= now or (state.finished_at is not None and state.finished_at > now)


def _note_new_ones(now: datetime) -> None:
    ScheduleState.objects.bulk_create(
        [
            ScheduleState(name=s.name, due_at=now if s.at_once else s.cadence.next_after(now))
            for s in schedules.registered()
        ],
        ignore_conflicts=True,
    )


def _run(schedule: Schedule, now: datetime, enough: Callable[[], bool]) -> Outcome:
    done = 0
    try:
        while True:
            portion = schedule.run(now, schedule.limit)
            done += portion
            finished = portion < schedule.limit
            if finished or enough():
                break
    except Exception as error:  # one schedule's bug must not stop the others
        logger.exception("the schedule %s failed", schedule.name)
        _note_failure(schedule, now, done, error)
        return Outcome(schedule.name, done, failed=True)
    ScheduleState.objects.filter(name=schedule.name).update(
        due_at=schedule.cadence.next_after(now) if finished else now,
        finished_at=now,
        done=done,
        failures=0,
        error="",
    )
    return Outcome(schedule.name, done)


def _note_failure(schedule: Schedule, now: datetime, done: int, error: Exception) -> None:
    state = ScheduleState.objects.get(name=schedule.name)  # ours alone: we hold the lock
    failures = state.failures + 1
    minutes = min(2 ** min(failures, 10), BACKOFF_MINUTES_MAX)
    ScheduleState.objects.filter(name=schedule.name).update(
        due_at=now + timedelta(minutes=minutes),
        finished_at=now,
        done=done,
        failures=failures,
        error=f"{type(error).__name__}: {error}"[:ERROR_CHARACTERS_MAX],
    )
