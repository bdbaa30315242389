"""Waiting for the first figures, as the start does it."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from django.db import connection
from tests.console import shops

from regulars.analytics import services
from regulars.config.cli import await_audit

pytestmark = pytest.mark.django_db(transaction=True)
FAILED = "The figures could not be computed"
LATE = "The figures take longer"


def _said() -> str:
    done = CliRunner().invoke(await_audit.await_audit)
    assert done.exit_code == 0, done.output
    return done.output


def test_nothing_is_said_once_there_are_figures() -> None:
    shops.run()
    assert FAILED not in _said()


def test_work_that_failed_is_said() -> None:
    services.request_figures()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed'")
    assert FAILED in _said()


def test_work_that_came_to_nothing_is_not_called_a_failure() -> None:
    assert FAILED not in _said()


def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(await_audit, "WAIT_SECONDS_MAX", 0)
    services.request_figures()
    assert LATE in _said()
