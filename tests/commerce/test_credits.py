"""Money given back under an id of its own, before and after the order it names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from tests.commerce.conftest import NOON, NOW, Shop
from tests.together import together

from regulars.commerce import models, services
from regulars.commerce.types import NewCredit, OrderLine, OrderStatus, RecordedCredits, RecordedOrders
from regulars.events import queries as events
from regulars.events import services as events_services
from regulars.events.models import Event, EventCount

DAY = timedelta(days=1)


def rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def refunds() -> list[tuple[Any, ...]]:
    found = Event.objects.filter(name="order_refunded").order_by("id")
    return list(
        found.values_list("occurred_at", "profile_id", "properties__amount_minor", "properties__order_id")
    )


def credit_rows() -> list[tuple[Any, ...]]:
    return rows(
        "SELECT order_id, amount_minor, product, quantity, channel, profile_id, happened_at"
        " FROM facts_order_lines WHERE kind = 'credit' ORDER BY amount_minor"
    )


@pytest.mark.parametrize("order_first", [True, False])
def test_a_credit_reduces_the_order_it_names_whichever_comes_first(shop: Shop, order_first: bool) -> None:
    order = shop.order("A1", 500, 250, channel="vk", returns=None)
    # The source of the credit does not know the customer; the order does.
    credit = shop.credit(
        "C1", 200, order_external_id="A1", profile_id=None, product_id=shop.tea, quantity=Decimal(1)
    )
    for step in [0, 1] if order_first else [1, 0]:
        if step == 0:
            shop.record(order, backfill=True)
        else:
            shop.give_back(credit, backfill=True)
    order_id = models.Order.objects.get().pk
    customer = shop.profiles[0]
    assert credit_rows() == [(order_id, -200, "Сенча", Decimal(-1), "vk", customer, NOON + DAY)]
    assert rows("SELECT amount_minor FROM facts_orders") == [(550,)]
    assert refunds() == [(NOON + DAY, customer, 200, order_id)]
    assert Event.objects.get(name="order_refunded").backfill
    assert EventCount.objects.get(name="order_refunded").count == 1


def test_the_same_credit_again_changes_nothing(shop: Shop) -> None:
    shop.record(shop.order())
    batch = [shop.credit("C1", 10, order_external_id="A1"), shop.credit("C2", 20), shop.credit("C3", 5)]
    first = shop.give_back(*batch)
    assert (first.created, first.changed) == (3, 0)
    assert first.revisions == {credit.key: 1 for credit in batch}
    again = shop.give_back(*batch[::-1])
    assert again == RecordedCredits(first.ids, 0, 0, {})
    assert len(refunds()) == 3
    assert rows("SELECT amount_minor FROM facts_orders") == [(740,)]


def test_telling_of_the_order_again_keeps_what_was_given_back(shop: Shop) -> None:
    shop.record(shop.order("A1", 500, 250, returns=(shop.back(30, line=2),)))
    shop.give_back(shop.credit("C1", 100, order_external_id="A1"))
    done = shop.record(shop.order("A1", 500, 250, returns=None, channel="vk"))
    assert done.changed == 1
    assert done.before["shop", "A1"].returns == (shop.back(30, line=2),)
    assert rows("SELECT amount_minor FROM facts_orders") == [(620,)]
    assert shop.record(shop.order("A1", 500, 250, returns=None, channel="vk")).changed == 0
    # One line less: its return becomes one of the whole order.
    shop.record(shop.order("A1", 700, returns=None))
    assert rows("SELECT line_id FROM commerce_orderreturn") == [(None,)]
    assert rows("SELECT amount_minor FROM facts_orders") == [(570,)]
    # The order's own returns are what its source says; credits stay.
    shop.record(shop.order("A1", 700, returns=()))
    assert rows("SELECT amount_minor FROM facts_orders") == [(600,)]
    assert [amount for _, _, amount, _ in refunds()] == [30, 100]


def test_a_credit_that_names_no_order(shop: Shop) -> None:
    shop.record(shop.order())
    shop.give_back(
        shop.credit("C1", 100, product_id=shop.coffee, channel="till"),
        shop.credit("C2", 40, order_external_id="Z9"),
        shop.credit("C3", 7, profile_id=None),
    )
    customer = shop.profiles[0]
    assert credit_rows() == [
        (None, -100, "Кения АА", None, "till", customer, NOON + DAY),
        (None, -40, None, None, None, customer, NOON + DAY),
        (None, -7, None, None, None, None, NOON + DAY),
    ]
    # The log tells of one that waits for its order when the order comes.
    assert refunds() == [(NOON + DAY, customer, 100, None), (NOON + DAY, None, 7, None)]
    assert rows("SELECT amount_minor FROM facts_orders") == [(750,)]
    shop.record(shop.order("Z9", 50, profile_id=shop.profiles[1]))
    late = models.Order.objects.get(external_id="Z9").pk
    assert refunds()[2:] == [(NOON + DAY, shop.profiles[1], 40, late)]


def test_a_cancelled_order_takes_its_credits_with_it(shop: Shop) -> None:
    shop.record(shop.order(status=OrderStatus.CANCELLED))
    shop.give_back(shop.credit("C1", 100, order_external_id="A1"))
    assert credit_rows() == []
    assert rows("SELECT amount_minor FROM facts_orders") == [(0,)]


def test_a_credit_of_another_source_or_currency_does_not_reduce_the_order(shop: Shop) -> None:
    shop.give_back(shop.credit("C1", 100, order_external_id="A1", currency="EUR"))
    shop.record(shop.order())
    shop.give_back(shop.credit("C1", 100, order_external_id="A1", source="till"))
    assert rows("SELECT amount_minor FROM facts_orders") == [(750,)]
    assert [order for order, *_ in credit_rows()] == [None, None]
    # The order turns out to be in that currency after all.
    shop.record(shop.order(currency="EUR"))
    assert rows("SELECT amount_minor FROM facts_orders") == [(650,)]
    shop.record(shop.order(currency="USD"))
    assert rows("SELECT amount_minor FROM facts_orders") == [(750,)]
    assert len(refunds()) == 1


def test_a_corrected_credit_is_told_of_as_a_change_of_its_order(shop: Shop) -> None:
    shop.record(shop.order())
    shop.give_back(shop.credit("C1", 100, order_external_id="A1"), shop.credit("C2", 1))
    done = shop.give_back(shop.credit("C1", 120, order_external_id="A1"), shop.credit("C2", 2))
    assert (done.created, done.changed) == (0, 2)
    assert done.before["shop", "C1"] == shop.credit("C1", 100, order_external_id="A1")
    assert done.revisions == {("shop", "C1"): 2, ("shop", "C2"): 2}
    assert rows("SELECT amount_minor FROM facts_orders") == [(630,)]
    assert [amount for _, _, amount, _ in refunds()] == [100, 1]
    update = Event.objects.get(name="order_updated")
    assert (update.occurred_at, update.properties["amount_minor"]) == (NOW, 750)


def test_a_corrected_credit_may_come_to_name_another_order(shop: Shop) -> None:
    shop.record(shop.order("A1"), shop.order("A2"))
    shop.give_back(shop.credit("C1", 100, order_external_id="A9"))
    shop.give_back(shop.credit("C1", 100, order_external_id="A2"))
    assert rows("SELECT amount_minor FROM facts_orders ORDER BY order_id") == [(750,), (650,)]
    shop.give_back(shop.credit("C1", 100))
    assert rows("SELECT amount_minor FROM facts_orders ORDER BY order_id") == [(750,), (750,)]
    assert len(refunds()) == 1


def test_credits_that_came_with_history_set_nothing_off_later(shop: Shop) -> None:
    shop.give_back(shop.credit("C1", 100, order_external_id="A1"), backfill=True)
    shop.give_back(shop.credit("C2", 30, order_external_id="A2"))
    shop.record(shop.order("A1"))
    shop.record(shop.order("A2"), backfill=True)
    told = Event.objects.filter(name="order_refunded").order_by("id")
    assert list(told.values_list("properties__amount_minor", "backfill")) == [(100, True), (30, True)]
    assert not Event.objects.get(name="order_completed", properties__number="A1").backfill


def test_a_bad_credit_is_set_aside_and_stops_nobody(shop: Shop) -> None:
    done = shop.give_back(shop.credit("C1", 0), shop.credit("C2"), shop.credit(""), shop.credit("C2", 5))
    assert done.refused == {("shop", "C1"): "bad_amount", ("shop", ""): "no_return_id"}
    assert rows("SELECT amount_minor FROM commerce_credit") == [(5,)]
    assert shop.give_back().ids == {}
    with pytest.raises(ValueError, match="batch"):
        shop.give_back(*[shop.credit()] * 5_001)


def test_what_is_touched_is_marked(shop: Shop) -> None:
    january, march = NOON - 10 * DAY, NOON + 40 * DAY
    shop.give_back(shop.credit("C1", 10, order_external_id="A1", credited_at=march))
    shop.record(shop.order(profile_id=shop.profiles[1], returns=(shop.back(1, days=70),)))
    forget()
    shop.record(shop.order(profile_id=shop.profiles[2], ordered_at=january, returns=None))
    months, profiles = forget()
    # Before and after; with the order its returns and credits change their customer.
    assert months == {date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)}
    assert profiles == set(shop.profiles[1:])
    shop.give_back(shop.credit("C1", 10, credited_at=NOON))
    assert forget() == ({date(2026, 2, 1), date(2026, 3, 1)}, {shop.profiles[0], shop.profiles[2]})
    shop.record(shop.order(profile_id=shop.profiles[2], ordered_at=january, returns=None))
    assert forget() == (set(), set())


def forget() -> tuple[set[date], set[int]]:
    months, profiles = events.touched_months(1000), events.touched_profiles(1000)
    events_services.forget_touched(months=[id_ for id_, *_ in months], profiles=[id_ for id_, _ in profiles])
    return {month for _, table, month in months if table == "order_lines"}, {
        profile for _, profile in profiles
    }


# --- at the same time ---------------------------------------------------------------------------------


def _unfinished(work: Callable[[], object], barrier: Barrier) -> None:
    with transaction.atomic():
        work()
        barrier.wait(30)


def test_without_holding_the_source_order_and_credit_miss_each_other(
    open_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = open_shop
    monkeypatch.setattr("regulars.commerce.services.orders.join_sources", list)
    monkeypatch.setattr("regulars.commerce.services.links.hold_sources", list)
    barrier = Barrier(2)
    credit = shop.credit("C1", 100, order_external_id="A1")
    works = [partial(shop.record, shop.order()), partial(shop.give_back, credit)]
    assert together([partial(_unfinished, work, barrier) for work in works]) == [None, None]
    assert rows("SELECT order_id FROM commerce_credit") == [(None,)]
    assert refunds() == []


def test_an_order_and_its_credits_by_32_at_once_end_the_same(open_shop: Shop) -> None:
    shop = open_shop
    numbers = [f"{n:02}" for n in range(12)]
    orders = [shop.order(n, 500, 250, profile_id=shop.profiles[int(n) % 3], returns=None) for n in numbers]
    credits = [
        shop.credit(f"{n}-{part}", 10, order_external_id=n, profile_id=None)
        for n in numbers
        for part in range(3)
    ]
    works: list[Callable[[], object]] = []
    for n in range(16):
        works.append(partial(shop.record, *orders[n % 4 :: 2][:: 1 if n % 2 else -1]))
        works.append(partial(shop.give_back, *credits[n % 5 :][:: 1 if n % 2 else -1]))
    done = together(works)
    assert [r for r in done if not isinstance(r, RecordedOrders | RecordedCredits)] == []
    assert sum(r.created for r in done if isinstance(r, RecordedOrders)) == 12
    assert sum(r.created for r in done if isinstance(r, RecordedCredits)) == 36
    assert sum(r.changed for r in done if isinstance(r, RecordedOrders | RecordedCredits)) == 0
    assert rows("SELECT DISTINCT amount_minor FROM facts_orders") == [(720,)]
    assert len(refunds()) == len(set(Event.objects.filter(name="order_refunded").values_list("key"))) == 36
    assert {profile for _, profile, _, _ in refunds()} == set(shop.profiles)
    assert sum(row.count for row in EventCount.objects.filter(name="order_refunded")) == 36


def test_corrections_and_orders_at_once_do_not_deadlock(open_shop: Shop) -> None:
    shop = open_shop
    orders = [shop.order(f"{n:03}", 500, returns=None) for n in range(100)]
    credits: list[NewCredit] = [shop.credit(f"{n:03}", 10, order_external_id=f"{n:03}") for n in range(100)]
    shop.record(*orders[::2])
    shop.give_back(*credits[::3])
    lines = (OrderLine(amount_minor=600),)
    done = together(
        [
            partial(shop.record, *orders),
            partial(shop.give_back, *[replace(credit, amount_minor=20) for credit in credits[::-1]]),
            partial(shop.record, *[replace(order, lines=lines) for order in orders[::-1]]),
            partial(shop.give_back, *credits),
        ]
    )
    assert [r for r in done if not isinstance(r, RecordedOrders | RecordedCredits)] == []
    assert models.Credit.objects.filter(order=None).count() == 0
    assert len(refunds()) == 100
    services.record_orders(orders=orders, now=NOW)
    services.record_credits(credits=credits, now=NOW)
    assert rows("SELECT DISTINCT amount_minor FROM facts_orders") == [(490,)]
