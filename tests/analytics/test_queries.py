"""Kept audits with their drawings, and what is known of one in the making."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from tests.analytics.audits import audit

from regulars.analytics import queries, services
from regulars.analytics.models import KeptAudit
from regulars.kit import clock

pytestmark = pytest.mark.django_db


def _finish(status: str, *, delete: bool = False) -> None:
    """End the job that waits, as the worker does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM procrastinate_jobs WHERE status = 'todo'")
        ((job,),) = cursor.fetchall()
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job])
        assert queries.figures_work() == "making"
        cursor.execute("SELECT procrastinate_finish_job_v1(%s, %s, %s)", [job, status, delete])


def test_latest_audit_comes_with_its_drawings() -> None:
    assert queries.latest_kept() is None
    assert queries.latest_audit_id() is None
    services.keep_audit(audit=audit(), charts={"ru": {"revenue": "<svg/>"}})
    number = services.keep_audit(audit=audit(customers=7), charts={"en": {"orders": "<svg></svg>"}})
    services.keep_audit(audit=audit(customers=8), source="another")
    KeptAudit.objects.create(
        source="shop", as_of="2030-01-01", made_at=clock.now(), version=-1, document="not for this release"
    )
    kept = queries.latest_kept()
    assert kept is not None
    assert (kept.id, kept.audit.customers, kept.charts) == (number, 7, {"en": {"orders": "<svg></svg>"}})
    assert queries.latest_audit_id() == number


def test_work_is_known_from_asking_to_the_end() -> None:
    assert queries.figures_work() == "idle"
    services.request_figures()
    assert queries.figures_work() == "making"
    services.request_figures()  # asked twice, made once
    _finish("succeeded", delete=True)
    assert queries.figures_work() == "idle"


def test_failure_is_told_until_an_audit_is_made() -> None:
    services.keep_audit(audit=audit(made_at=clock.now() - timedelta(hours=1)))
    services.request_figures()
    _finish("failed")
    assert queries.figures_work() == "failed"
    services.keep_audit(audit=audit(made_at=clock.now() + timedelta(seconds=1)))
    assert queries.figures_work() == "idle"


def test_asking_again_after_a_failure_counts_anew() -> None:
    services.request_figures()
    _finish("failed")
    services.request_figures()
    assert queries.figures_work() == "making"
