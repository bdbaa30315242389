"""The audit of the shop's own orders, against plain SQL on the same PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from tests.analytics.compute.till import NOW, Till, run

from regulars.analytics import queries, tasks
from regulars.analytics.types import Audit
from regulars.commerce.types import OrderReturn, OrderStatus
from regulars.customers.models import Profile
from regulars.events import services as events
from regulars.events.types import WHOLE
from regulars.kit import clock
from regulars.simulator import demo
from regulars.team import services as team
from regulars.team.types import ShopProfile

# The audit reads over a connection of its own, so everything has to be stored for good.
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home")]


def audit(**shop: Any) -> Audit:
    """The audit of a shop whose owner said this of it."""
    if shop:
        team.save_shop(shop=ShopProfile(**shop), user_id=None, now=NOW)
    assert run() is not None
    made = queries.latest_audit()
    assert made is not None
    return made


def row(query: str, *values: object) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        found = cursor.fetchone()
    assert found is not None
    return tuple(found)


# Orders that count: not cancelled, brought something after returns, before the day after the last order.
_COUNTED = """
WITH lines AS (
    SELECT l.*, (happened_at AT TIME ZONE 'Europe/Moscow') AS moment FROM facts_order_lines AS l
), as_of AS (
    SELECT max(moment)::date + 1 AS day FROM lines WHERE kind <> 'credit'
), orders AS (
    SELECT order_id, min(customer_id) AS customer_id, sum(amount_minor) AS amount
    FROM lines, as_of
    WHERE kind <> 'void' AND moment < as_of.day
    GROUP BY order_id HAVING sum(amount_minor) > 0
), each AS (
    SELECT customer_id, count(*) AS orders, sum(amount) AS revenue FROM orders GROUP BY customer_id
)
"""


def test_the_demo_shop_against_plain_sql() -> None:
    demo.fill(now=NOW, seed=4, customers=600)
    made = audit()
    counted = row(
        _COUNTED + "SELECT count(*), sum(orders), sum(revenue), count(*) FILTER (WHERE orders > 1) FROM each"
    )
    assert (made.customers, made.orders, made.revenue * 100) == counted[:3]
    assert made.repeat_purchase_rate == pytest.approx(counted[3] / counted[0], abs=0)
    assert made.as_of == row(_COUNTED + "SELECT day FROM as_of")[0]
    assert made.currency == "RUB"
    assert made.rejected == {}
    assert made.unmatched_returns.count == 0
    assert made.rows_read == row("SELECT count(*) FROM facts_order_lines")[0]
    (total,) = (channel for channel in made.channels if channel.channel is None)
    assert total.cost is not None
    assert total.cost * 100 == row("SELECT sum(cost_minor) FROM facts_channel_costs")[0]
    # What the demo is made to show.
    assert made.slipping.customers > 5
    assert len(made.growth_points) == 3
    assert made.previous is not None
    assert set(made.cac) == {"yandex_direct", "vk", "search", "referral"}


def test_returns_cancellations_and_strangers_count_as_metrics_say() -> None:
    till = Till()
    day = datetime(2026, 2, 1, 9, tzinfo=UTC)
    till.sell(0, day, 100_00, returns=(OrderReturn(returned_at=day.replace(hour=20), amount_minor=30_00),))
    till.sell(0, day.replace(day=5), 50_00)
    till.sell(0, day.replace(day=6), 70_00, status=OrderStatus.CANCELLED)
    till.sell(
        1,
        day.replace(day=7),
        20_00,
        returns=(OrderReturn(returned_at=day.replace(day=8), amount_minor=20_00),),
    )
    till.sell(1, day.replace(day=9), 5_01)
    till.sell(None, day.replace(day=8), 11_00)
    made = audit()
    assert made.rejected == {"no_customer": 1}
    assert (made.customers, made.orders, made.revenue) == (2, 3, Decimal("125.01"))
    assert made.revenue_without_customer == 11
    assert made.voided_orders == 2
    assert made.as_of == date(2026, 2, 10)
    assert made.one_time_customers == 1


def test_merged_customers_are_one() -> None:
    till = Till()
    till.sell(0, datetime(2026, 2, 1, 9, tzinfo=UTC), 100)
    till.sell(1, datetime(2026, 2, 5, 9, tzinfo=UTC), 100)
    assert audit().customers == 2
    first = Profile.objects.get(pk=till.profiles[0]).person_id
    Profile.objects.update(person_id=first)
    events.touch(months=[("profiles", WHOLE)])  # as merging does
    assert audit().customers == 1


def test_days_are_those_of_the_shop() -> None:
    till = Till()
    till.sell(0, datetime(2026, 1, 31, 21, 30, tzinfo=UTC), 100)
    assert audit().to == date(2026, 2, 1)
    assert audit(timezone="UTC").to == date(2026, 1, 31)
    assert audit(timezone="America/New_York").to == date(2026, 1, 31)


def test_amounts_are_in_the_currency_of_most_lines_and_in_its_units() -> None:
    till = Till()
    till.sell(0, datetime(2026, 2, 1, 9, tzinfo=UTC), 1234, currency="JPY")
    till.sell(0, datetime(2026, 2, 3, 9, tzinfo=UTC), 1000, currency="JPY")
    till.sell(1, datetime(2026, 2, 2, 9, tzinfo=UTC), 1234, currency="KWD")
    made = audit()
    assert (made.currency, made.revenue, made.rejected) == ("JPY", 2234, {"other_currency": 1})
    other = audit(currency="KWD")
    assert other.currency == "KWD"
    assert other.revenue == Decimal("1.23")


def test_a_shop_without_orders_has_no_audit() -> None:
    tasks.make_figures()
    assert queries.latest_audit() is None
    assert queries.latest_run() is None


def test_the_worker_makes_the_audit_and_keeps_it() -> None:
    till = Till()
    till.sell(0, datetime(2026, 2, 1, 9, tzinfo=UTC), 100)
    with clock.fixed(NOW):
        tasks.make_figures()
    kept = queries.latest_audit()
    assert kept is not None
    assert (kept.made_at, kept.customers, kept.as_of) == (NOW, 1, date(2026, 2, 2))
