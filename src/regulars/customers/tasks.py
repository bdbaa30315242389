"""What customers have to have done from time to time."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from procrastinate import JobContext
from procrastinate.contrib.django import app

from regulars.customers import services
from regulars.customers.services.definitions import DERIVE
from regulars.customers.services.erasing import ERASE
from regulars.customers.services.likeness import LOOK
from regulars.kit import clock
from regulars.kit.schedules import Daily, Every, Schedule

PORTION = 2_000
"""Customers derived in one transaction: well below a second's work."""
KEEP_DELETED = timedelta(days=30)
"""So long a deleted note can be brought back."""


def forget_deleted_notes(now: datetime, limit: int) -> int:
    """Remove for good notes that were deleted long ago."""
    return services.forget_deleted_notes(before=now - KEEP_DELETED, limit=limit)


@app.task(name=DERIVE, queueing_lock=DERIVE, pass_context=True)
def derive_attributes(context: JobContext | None = None) -> None:
    """Derive everybody's attributes anew by portions; the schedule goes on where this stops."""
    stop = context.should_abort if context else lambda: False
    while not stop() and services.derive_portion(now=clock.now(), limit=PORTION) == PORTION:
        pass


@app.task(name=ERASE, queueing_lock=ERASE, pass_context=True)
def erase(context: JobContext | None = None) -> None:
    """Do what erasures leave to the worker; the schedule goes on where this stops."""
    stop = context.should_abort if context else lambda: False
    while not stop() and services.go_on_erasing(now=clock.now(), limit=PORTION) >= PORTION:
        pass


@app.task(name=LOOK, queueing_lock=LOOK, lock=LOOK)
def look_for_duplicates() -> None:
    """Go through everybody for those who may be one."""
    services.look_for_duplicates(now=clock.now())


def ask_for_duplicates(now: datetime, limit: int) -> int:
    """Have it looked for duplicates if there may be others than there were."""
    services.ask_for_duplicates(now=now)
    return 0


def merge_everybody(now: datetime, limit: int) -> int:
    """A portion of everybody, after a rule of merging changed."""
    return services.merge_portion(now=now, limit=limit)


def renew_numbers(now: datetime, limit: int) -> int:
    """A portion of the numbers that were stored before their form was that of today."""
    return services.renew_numbers(now=now, limit=limit)


def go_on_erasing(now: datetime, limit: int) -> int:
    """What a worker that died left of an erasure, or what could not be asked for."""
    return services.go_on_erasing(now=now, limit=limit)


def go_on_deriving(now: datetime, limit: int) -> int:
    """A portion of what a worker that died left undone, or what could not be asked for."""
    return services.derive_portion(now=now, limit=limit)


SCHEDULES = [
    Schedule(name="customers.forget_deleted_notes", cadence=Daily(at=time(2, 20)), run=forget_deleted_notes),
    Schedule(name="customers.derive_attributes", cadence=Every(minutes=1), run=go_on_deriving, limit=PORTION),
    Schedule(name="customers.ask_for_duplicates", cadence=Every(minutes=60), run=ask_for_duplicates),
    Schedule(name="customers.merge_everybody", cadence=Every(minutes=1), run=merge_everybody),
    Schedule(name="customers.renew_numbers", cadence=Every(minutes=1), run=renew_numbers, limit=PORTION),
    Schedule(name="customers.erase", cadence=Every(minutes=1), run=go_on_erasing, limit=PORTION),
]
