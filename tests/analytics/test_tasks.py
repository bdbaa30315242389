from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.analytics.audits import audit

from regulars.analytics import services, tasks
from regulars.commerce import services as commerce
from regulars.commerce.types import Order, OrderLine
from regulars.kit import schedules
from regulars.team import services as team
from regulars.team.types import ShopProfile

NOW = datetime(2026, 3, 15, 0, 30, tzinfo=UTC)


def waiting() -> int:
    return ProcrastinateJob.objects.filter(task_name="analytics.make_figures", status="todo").count()


@pytest.fixture
def _an_order(db: None) -> None:
    line = OrderLine(amount_minor=100)
    order = Order(
        source="shop", external_id="1", profile_id=None, ordered_at=NOW, currency="RUB", lines=(line,)
    )
    commerce.record_orders(orders=[order], now=NOW)


@pytest.mark.django_db
def test_figures_are_due_every_night_of_the_shop() -> None:
    (schedule,) = [s for s in schedules.registered() if s.name == "analytics.figures"]
    assert schedule.run is tasks.request_figures
    assert schedule.cadence.next_after(NOW) == NOW + timedelta(days=1)  # 3:30 in Moscow
    assert schedule.cadence.next_after(NOW - timedelta(seconds=1)) == NOW
    team.save_shop(shop=ShopProfile(timezone="Asia/Vladivostok"), user_id=None, now=NOW)
    assert schedule.cadence.next_after(NOW) == datetime(2026, 3, 15, 17, 30, tzinfo=UTC)  # 3:30 there


@pytest.mark.django_db
def test_a_shop_without_orders_is_not_audited() -> None:
    assert tasks.request_figures(NOW, 1) == 0
    assert waiting() == 0


@pytest.mark.usefixtures("_an_order")
def test_one_is_asked_for_and_not_again_while_it_is_made() -> None:
    assert tasks.request_figures(NOW, 1) == 1
    assert tasks.request_figures(NOW, 1) == 0
    assert waiting() == 1


@pytest.mark.usefixtures("_an_order")
def test_none_is_asked_for_when_one_was_just_made() -> None:
    services.keep_audit(audit=audit(made_at=NOW - timedelta(minutes=2)))
    assert tasks.request_figures(NOW, 1) == 0
    assert tasks.request_figures(NOW + tasks.FRESH, 1) == 1


@pytest.mark.usefixtures("_an_order")
def test_an_audit_of_a_file_is_not_one_of_the_shop() -> None:
    services.keep_audit(audit=audit(made_at=NOW), source="orders.csv")
    assert tasks.request_figures(NOW, 1) == 1
