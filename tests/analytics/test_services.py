from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.analytics.audits import audit

from regulars.analytics import queries, services
from regulars.analytics.models import KeptAudit

NOW = datetime(2026, 3, 15, 12, 30, 15, 123456, tzinfo=UTC)


@pytest.mark.django_db
def test_an_audit_comes_back_as_it_was_kept() -> None:
    kept = audit(made_at=NOW)
    services.keep_audit(audit=kept)
    assert queries.latest_audit() == kept
    row = KeptAudit.objects.get()
    assert (row.source, row.as_of, row.made_at, row.version) == ("shop", kept.as_of, NOW, kept.version)


@pytest.mark.django_db
def test_the_audit_made_last_counts() -> None:
    assert queries.latest_audit() is None
    for days, customers in ((0, 1), (-1, 2), (1, 3), (1, 4)):
        services.keep_audit(audit=audit(made_at=NOW + timedelta(days=days), customers=customers))
    latest = queries.latest_audit()
    assert latest is not None
    assert latest.customers == 4
    assert KeptAudit.objects.count() == 3  # of two made on one day the later


@pytest.mark.django_db
def test_audits_of_files_are_kept_apart() -> None:
    services.keep_audit(audit=audit(customers=7), source="заказы.csv")
    assert queries.latest_audit() is None
    found = queries.latest_audit(source="заказы.csv")
    assert found is not None
    assert found.customers == 7


@pytest.mark.django_db
def test_a_document_of_another_version_is_passed_over() -> None:
    services.keep_audit(audit=audit(made_at=NOW, customers=1))
    services.keep_audit(audit=audit(made_at=NOW + timedelta(days=1)))
    KeptAudit.objects.filter(made_at__gt=NOW).update(version=99, document="{}")
    latest = queries.latest_audit()
    assert latest is not None
    assert latest.customers == 1


def waiting() -> int:
    return ProcrastinateJob.objects.filter(task_name="analytics.make_figures", status="todo").count()


@pytest.mark.django_db
def test_asking_twice_asks_once_and_spoils_nothing() -> None:
    with transaction.atomic():
        services.request_figures()
        services.request_figures()
        services.keep_audit(audit=audit())  # the transaction still works
    assert waiting() == 1
    assert KeptAudit.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_was_never_asked_for() -> None:
    with transaction.atomic():
        services.request_figures()
        transaction.set_rollback(True)
    assert waiting() == 0
    services.request_figures()
    assert waiting() == 1
