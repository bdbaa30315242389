"""The tick: what is due runs, once, whoever else ticks at the same time."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from regulars.config import tick
from regulars.config.models import ScheduleState
from regulars.kit import locks, schedules
from regulars.kit.schedules import Every, Run, Schedule

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)

Register = Callable[..., None]


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Register:
    """Register schedules in a registry that is empty otherwise."""
    monkeypatch.setattr(schedules, "_schedules", {})

    def add(
        run: Run, *, name: str = "shop.sweep", minutes: int = 5, limit: int = 10, at_once: bool = True
    ) -> None:
        schedules.register(Schedule(name=name, cadence=Every(minutes), run=run, limit=limit, at_once=at_once))

    return add


def test_a_new_schedule_runs_at_once_and_then_at_its_time(register: Register) -> None:
    moments: list[datetime] = []
    register(lambda now, limit: moments.append(now) or 3)
    assert tick.run_due(NOW) == [tick.Outcome("shop.sweep", 3)]
    assert tick.run_due(NOW + timedelta(minutes=4)) == []
    later = NOW + timedelta(minutes=5)
    assert tick.run_due(later) == [tick.Outcome("shop.sweep", 3)]
    assert moments == [NOW, later]


def test_a_new_schedule_may_wait_for_its_time_and_a_missed_one_is_made_up_for(register: Register) -> None:
    register(lambda now, limit: 1, minutes=60, at_once=False)
    assert tick.run_due(NOW) == []
    assert tick.run_due(NOW + timedelta(minutes=59)) == []
    assert tick.run_due(NOW + timedelta(days=2)) == [tick.Outcome("shop.sweep", 1)]


def test_portions_run_until_one_is_not_full(register: Register) -> None:
    portions = [10, 10, 4]
    register(lambda now, limit: portions.pop(0))
    assert tick.run_due(NOW) == [tick.Outcome("shop.sweep", 24)]
    assert portions == []


def test_what_is_left_when_time_is_over_stays_due(register: Register) -> None:
    register(lambda now, limit: limit)
    answers = iter([False, True])
    assert tick.run_due(NOW, enough=lambda: next(answers)) == [tick.Outcome("shop.sweep", 10)]
    assert ScheduleState.objects.get().due_at == NOW


def test_a_failing_schedule_stops_no_other_and_waits_longer_each_time(
    register: Register, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(now: datetime, limit: int) -> int:
        raise RuntimeError("no stamps left")

    register(fail, name="shop.broken", minutes=1)
    register(lambda now, limit: 1, name="shop.sound", minutes=1)
    with caplog.at_level(logging.CRITICAL, "regulars.config.tick"):
        first = tick.run_due(NOW)
        assert first == [tick.Outcome("shop.broken", 0, failed=True), tick.Outcome("shop.sound", 1)]
        waits = []
        for _ in range(8):
            state = ScheduleState.objects.get(name="shop.broken")
            waits.append((state.due_at - (state.finished_at or NOW)) // timedelta(minutes=1))
            tick.run_due(state.due_at)
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]
    state = ScheduleState.objects.get(name="shop.broken")
    assert (state.failures, state.error) == (9, "RuntimeError: no stamps left")


def test_success_after_failure_forgets_the_failure(
    register: Register, caplog: pytest.LogCaptureFixture
) -> None:
    answers: list[Callable[[], int]] = [lambda: 1 // 0, lambda: 2]
    register(lambda now, limit: answers.pop(0)())
    with caplog.at_level(logging.CRITICAL, "regulars.config.tick"):
        tick.run_due(NOW)
    tick.run_due(NOW + timedelta(minutes=2))
    state = ScheduleState.objects.get()
    assert (state.failures, state.error, state.done) == (0, "", 2)


def test_a_clock_set_back_does_not_stop_schedules_for_ever(register: Register) -> None:
    register(lambda now, limit: 1)
    tick.run_due(NOW + timedelta(days=3650))
    assert tick.run_due(NOW) == [tick.Outcome("shop.sweep", 1)]
    assert tick.run_due(NOW) == []


def test_the_one_that_waited_longest_runs_first(register: Register) -> None:
    order: list[str] = []
    for name, due in (("shop.b", 2), ("shop.a", 1), ("shop.c", 3)):
        register(lambda now, limit, name=name: order.append(name) or 0, name=name)
        ScheduleState.objects.create(name=name, due_at=NOW - timedelta(hours=1) + timedelta(minutes=due))
    tick.run_due(NOW)
    assert order == ["shop.a", "shop.b", "shop.c"]


def _two_ticks_at_once(register: Register) -> tuple[int, list[tick.Outcome]]:
    """A second tick comes while the first is in the middle of its schedule; how often did that run?"""
    runs: list[int] = []
    inside, second_is_done = threading.Event(), threading.Event()

    def run(now: datetime, limit: int) -> int:
        runs.append(1)
        if len(runs) == 1:
            inside.set()
            assert second_is_done.wait(30)
        return 1

    def first_tick() -> None:
        try:
            tick.run_due(NOW)
        finally:
            connection.close()

    register(run)
    thread = threading.Thread(target=first_tick)
    thread.start()
    try:
        assert inside.wait(30)
        second = tick.run_due(NOW)
    finally:
        second_is_done.set()
        thread.join(30)
    return len(runs), second


def test_without_the_lock_two_ticks_run_a_schedule_twice(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that the race is real, and so that the next test means something."""

    @contextlib.contextmanager
    def no_lock(space: locks.Space, name: str) -> Iterator[bool]:
        yield True

    monkeypatch.setattr(locks, "alone", no_lock)
    assert _two_ticks_at_once(register)[0] == 2


def test_two_ticks_at_once_run_a_schedule_once(register: Register) -> None:
    assert _two_ticks_at_once(register) == (1, [])


def test_a_tick_that_comes_just_after_does_not_run_it_again(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second tick read the states before the first one ended, and got the lock after it."""
    runs: list[int] = []
    register(lambda now, limit: runs.append(1) or 0)
    taken = locks.alone

    @contextlib.contextmanager
    def another_tick_first(space: locks.Space, name: str) -> Iterator[bool]:
        monkeypatch.setattr(locks, "alone", taken)
        assert tick.run_due(NOW)
        with taken(space, name) as held:
            yield held

    monkeypatch.setattr(locks, "alone", another_tick_first)
    assert tick.run_due(NOW) == []
    assert runs == [1]
