"""The shop of `odd_shop` stored through the services: its figures are those worked out there by hand.

What a file tells twice, wrongly or without a date never comes into the shop, so the rows of the second file
and the unreadable ones are left out here; nothing of the headline rests on them but E12, which is sold.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.analytics.compute.till import NOW, Till, figures, run

from regulars.analytics import queries
from regulars.commerce.types import OrderLine, OrderReturn, OrderStatus
from regulars.team import services as team
from regulars.team.types import ShopProfile

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home")]

ZONE = ZoneInfo("Europe/Berlin")
A, B, C, D, E = range(5)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2024-{text}").replace(tzinfo=ZONE)


@pytest.fixture
def till() -> Till:
    team.save_shop(
        shop=ShopProfile(timezone="Europe/Berlin", currency="EUR", margin=Decimal("0.3")),
        user_id=None,
        now=NOW,
    )
    till = Till("abcde", products=["tea", "cup", "pot"])

    def sell(who: int | None, name: str, when: str, product: str, amount: int, **values: Any) -> None:
        till.sell(who, at(when), amount, product, external_id=name, currency="EUR", **values)

    def give_back(who: int, name: str, when: str, product: str, amount: int, **values: Any) -> None:
        till.give_back(who, at(when), amount, product, external_id=name, currency="EUR", **values)

    two = tuple(
        OrderLine(amount_minor=n, product_id=till.products[p]) for p, n in (("tea", 3000), ("cup", 1000))
    )
    sell(A, "A1", "01-01 09:00", "", 0, lines=two, channel="ads")
    sell(A, "A2", "01-11 10:00", "tea", 2000, channel="shop")
    sell(A, "A3", "03-31 23:59", "tea", 4000, channel="shop")
    give_back(A, "RA", "04-05 12:00", "tea", 5000, order_external_id="RA")  # an order nobody knows
    sell(A, "A4", "06-29 00:00", "cup", 500)
    sell(B, "B1", "02-10 08:00", "cup", 1500, channel="ads")
    give_back(B, "B1-1", "02-20 08:00", "cup", 500, order_external_id="B1")
    sell(B, "B2", "05-20 08:00", "tea", 1250, channel="ads")
    sell(C, "C1", "03-01 12:00", "tea", 800, channel="ads", status=OrderStatus.CANCELLED)
    sell(C, "C2", "03-05 12:00", "pot", 10000, channel="ads",
         returns=(OrderReturn(returned_at=at("03-06 12:00"), amount_minor=10000, line=1),))  # fmt: skip
    sell(C, "C3", "06-29 18:00", "pot", 6000, channel="shop")
    sell(D, "D1", "01-31 12:00", "tea", 900)
    give_back(D, "RD1", "01-30 12:00", "tea", 400)  # before anything was bought
    give_back(D, "RD2", "02-01 12:00", "pot", 300)  # of a product never bought
    give_back(D, "RD3", "02-02 12:00", "tea", 200)
    sell(E, "E10", "04-01 10:00", "cup", 220, channel="ads")
    sell(E, "E9", "04-01 10:00", "cup", 110, channel="shop")
    sell(E, "E11", "06-20 10:00", "cup", 330, channel="shop")
    sell(E, "E12", "06-01 10:00", "cup", 440, channel="shop")
    sell(None, "X1", "05-01 12:00", "tea", 1100)
    give_back(C, "RC", "06-30 00:00", "pot", 6000)  # of the day that does not count any more
    return till


@pytest.mark.slow
def test_the_audit_of_the_shop(till: Till) -> None:
    run()
    made = queries.latest_audit()
    assert made is not None
    assert (made.as_of, made.span_days, made.currency) == (date(2024, 6, 30), 181, "EUR")
    assert (made.customers, made.orders, made.revenue) == (5, 11, Decimal("155.50"))
    assert made.average_order_value == Decimal("14.14")
    assert (made.repeat_purchase_rate, made.one_time_customers) == (0.6, 2)
    assert made.repeat_revenue_share == 88.5 / 155.5
    assert (made.regulars, made.regulars_share, made.regulars_revenue_share) == (1, 0.2, 11 / 155.5)
    assert (made.median_days_between_orders, made.median_days_to_second_order) == (61.0, 61.0)
    assert (made.retention_window_days, made.retention_rate, made.new_customer_rate) == (90, 2 / 3, 0.5)
    assert (made.ltv_historical, made.purchase_days) == (Decimal("9.33"), 10)
    assert (made.voided_orders, made.rejected) == (3, {"no_customer": 1})
    assert made.revenue_without_customer == 11
    assert (made.unmatched_returns.count, made.unmatched_returns.amount) == (2, 7)  # RD1, RD2
    assert made.previous is not None
    # At 1 April RA had not come yet: A1 40, A2 20, A3 40; B1 10; D1 7.
    assert (made.previous.customers, made.previous.orders, made.previous.revenue) == (3, 5, 117)
    # E10 and E9 are of one moment: the one that comes first among the shop's numbers won the customer.
    assert {c.channel: c.customers for c in made.channels} == {None: 5, "ads": 3, "shop": 1, "": 1}


@pytest.mark.slow
def test_what_is_known_of_each_customer(till: Till) -> None:
    run()
    found = [figures()[person] for person in till.persons]
    of = {
        name: [one[name] for one in found]
        for name in ("orders", "revenue_minor", "purchase_days", "usual_gap_days", "stage", "channel")
    }
    assert of["orders"] == [3, 2, 1, 1, 4]
    assert of["revenue_minor"] == [5500, 2250, 6000, 700, 1100]
    assert of["purchase_days"] == [3, 2, 1, 1, 3]
    # a 10 and 170 days, b 100, e 61 and 19: the medians.
    assert of["usual_gap_days"] == [90.0, 100.0, None, None, 40.0]
    # Fewer than 50 pairs: q is 90 days. d came 151 days ago. a's last two orders lie 170 days apart, b's
    # 100, which is less than 2q; e has 4 orders.
    assert of["stage"] == ["active", "active", "new", "at_risk", "regular"]
    assert of["channel"] == ["ads", "ads", "shop", None, "ads"]
    assert [one["average_order_minor"] for one in found] == [1833, 1125, 6000, 700, 275]
    assert (found[A]["first_day"], found[A]["before_last_day"], found[A]["last_day"]) == (
        date(2024, 1, 1),
        date(2024, 1, 11),
        date(2024, 6, 29),
    )
    # Of five values each the place decides: a customer with k smaller ones has the score 1 + k.
    assert [one["m"] for one in found] == [4, 3, 5, 1, 2]
    # Last days: d 31 January, b 20 May, e 20 June, then a and c on 29 June.
    assert [one["r"] for one in found] == [4, 2, 4, 1, 3]
    # c and d with one order have 1; b has 2 smaller ones, a 3, e 4.
    assert [one["f"] for one in found] == [4, 3, 1, 1, 5]
    assert [one["segment"] for one in found] == ["loyal", "at_risk", "promising", "lost", "loyal"]
