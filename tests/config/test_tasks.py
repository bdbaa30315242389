"""The worker's own jobs, run by a real worker on a real database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from regulars.config.models import ScheduleState
from regulars.kit import clock, schedules
from regulars.kit.schedules import Every, Schedule

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


def work_off(task: str) -> None:
    """Let a worker do the task and all that waits, and end."""
    app.tasks[task].defer(timestamp=0)
    with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
        app.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)


@pytest.fixture(autouse=True)
def _by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedules, "_schedules", {})
    # The worker's threads end with it here, and must not leave connections open.
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)


@pytest.fixture
def sent() -> Iterator[list[str]]:
    """What the task `tests.send` was called with."""
    calls: list[str] = []

    @app.task(name="tests.send")
    def send(what: str) -> None:
        calls.append(what)

    yield calls
    app.tasks.pop("tests.send")


def stalled_job(task: str, *, attempts: int = 0, queueing_lock: str | None = None, **args: str) -> int:
    """A job in the hands of a worker that gave its last sign of life an hour ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) "
            "VALUES (now() - interval '1 hour') RETURNING id"
        )
        worker = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO procrastinate_jobs "
            "(queue_name, task_name, status, attempts, worker_id, queueing_lock, args) "
            "VALUES ('default', %s, 'doing', %s, %s, %s, %s) RETURNING id",
            [task, attempts, worker, queueing_lock, json.dumps(args)],
        )
        return int(cursor.fetchone()[0])


def status(job: int) -> str | None:
    return ProcrastinateJob.objects.filter(pk=job).values_list("status", flat=True).first()


def test_the_tick_runs_what_is_due_at_the_time_of_our_clock() -> None:
    moments: list[datetime] = []
    schedules.register(
        Schedule(name="shop.sweep", cadence=Every(1), run=lambda now, limit: moments.append(now) or 0)
    )
    with clock.fixed(NOW):
        work_off("regulars.tick")
    assert moments == [NOW]
    assert ScheduleState.objects.get().finished_at == NOW


def test_a_job_of_a_dead_worker_is_done_by_another(sent: list[str]) -> None:
    job = stalled_job("tests.send", what="a letter")
    work_off("regulars.revive")
    assert sent == ["a letter"]
    assert status(job) == "succeeded"


def test_a_job_whose_workers_keep_dying_is_given_up(sent: list[str]) -> None:
    job = stalled_job("tests.send", attempts=3, what="a letter")
    work_off("regulars.revive")
    assert sent == []
    assert status(job) == "failed"


def test_a_job_that_waits_a_second_time_already_is_dropped(sent: list[str]) -> None:
    job = stalled_job("tests.send", queueing_lock="one at a time", what="a letter")
    waiting = app.configure_task("tests.send", queueing_lock="one at a time", priority=-1)
    waiting.defer(what="a letter")
    work_off("regulars.revive")
    assert sent == ["a letter"]
    assert status(job) is None


def test_a_tick_of_a_dead_worker_is_dropped() -> None:
    job = stalled_job("regulars.tick", queueing_lock="regulars.tick")
    work_off("regulars.revive")
    assert status(job) is None


def test_old_failures_are_forgotten_and_new_ones_kept() -> None:
    old, new = stalled_job("tests.old"), stalled_job("tests.new")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed'")
        for job, days in ((old, 31), (new, 29)):
            cursor.execute(
                "UPDATE procrastinate_events SET at = now() - make_interval(days => %s) WHERE job_id = %s",
                [days, job],
            )
    work_off("regulars.forget")
    assert (status(old), status(new)) == (None, "failed")
