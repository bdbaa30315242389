"""Orders earn by the programme, and what is given back is taken back, however it is told."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.loyalty.shop_with_points import DAY, NOW, Shop, back

from regulars.commerce import queries as commerce_queries
from regulars.commerce import services as commerce
from regulars.commerce.models import Order as StoredOrder
from regulars.commerce.models import OrderLine as OrderLineRow
from regulars.commerce.types import Cancellation, NewShipment, OrderChange, OrderLine, ShipmentStatus
from regulars.events import registry
from regulars.events import services as events
from regulars.loyalty import queries, services
from regulars.loyalty.handlers import CONSUMERS
from regulars.loyalty.models import EarnedOrder, Hold, Lot, Posting, UnearnedOrder
from regulars.loyalty.types import MINOR, OrderTold


@pytest.fixture(autouse=True)
def _books_agree(db: None) -> Iterator[None]:
    yield
    assert queries.verify().findings == ()


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop()


def test_an_order_earns_once(shop: Shop) -> None:
    shop.tell(shop.order())
    shop.tell(shop.order())
    assert shop.points() == 100
    lot = Lot.objects.get()
    assert (lot.key, lot.order_source, lot.order_id, lot.rule) == (
        "order:shop:1001:cashback",
        "shop",
        "1001",
        "cashback",
    )
    assert lot.earned_at == NOW + timedelta(hours=1)
    assert Posting.objects.count() == 1


def test_history_earns_nothing_also_when_it_is_told_of_again(shop: Shop) -> None:
    shop.tell(shop.order(), backfill=True)
    shop.tell(shop.order(900))
    shop.tell(replace(shop.order(900), returns=(back(400),)))
    assert not Lot.objects.exists()


def test_orders_from_before_the_programme_earn_nothing(shop: Shop) -> None:
    shop.tell(shop.order(ordered_at=NOW - timedelta(seconds=1)))
    assert not Lot.objects.exists()


def test_an_order_keeps_the_version_it_was_ordered_by(shop: Shop) -> None:
    shop.publish(since=NOW + 2 * DAY, cashback_percent=50)
    shop.tell(shop.order())
    later = NOW + 5 * DAY
    shop.tell(shop.order(3000), now=later)
    assert shop.points(at=later) == 150
    shop.tell(shop.order(3000, external_id="1002", ordered_at=NOW + 2 * DAY), now=later)
    assert shop.points(at=later) == 1650


def test_an_order_without_a_customer_earns_when_they_are_known(shop: Shop) -> None:
    shop.tell(shop.order(profile_id=None))
    assert UnearnedOrder.objects.count() == 1
    assert not Lot.objects.exists()
    shop.tell(shop.order())
    assert shop.points() == 100
    assert not UnearnedOrder.objects.exists()


def test_an_order_that_turns_out_to_be_somebody_elses(shop: Shop) -> None:
    shop.tell(shop.order())
    shop.tell(shop.order(profile_id=shop.boris))
    assert (shop.points(), shop.points(shop.boris)) == (0, 100)
    shop.tell(shop.order())
    assert (shop.points(), shop.points(shop.boris)) == (100, 0)
    shop.tell(shop.order(profile_id=None))
    assert (shop.points(), shop.points(shop.boris)) == (0, 0)


def test_returns_by_line_end_where_the_order_does(shop: Shop) -> None:
    shop.tell(shop.order(333, 333, 334))
    assert shop.points() == 50
    shop.tell(shop.order(333, 333, 334, returns=(back(333, line=1),)), now=NOW + 2 * DAY)
    assert shop.points(at=NOW + 2 * DAY) == 33
    whole = (back(333, line=1), back(333, line=2, hours=31), back(334, line=3, hours=32))
    shop.tell(shop.order(333, 333, 334, returns=whole), now=NOW + 3 * DAY)
    assert shop.points(at=NOW + 3 * DAY) == 0
    shop.tell(shop.order(333, 333, 334, returns=()), now=NOW + 4 * DAY)
    assert shop.points(at=NOW + 4 * DAY) == 50


def test_a_cancelled_order_loses_what_it_earned(shop: Shop) -> None:
    shop.tell(shop.order())
    cancellation = Cancellation(source="shop", external_id="1001", cancelled_at=NOW + DAY)
    commerce.cancel_orders(cancellations=[cancellation], now=NOW + DAY)
    shop.catch_up(NOW + DAY)
    assert shop.points() == 0
    assert shop.balance().owed_minor == 0


def test_history_takes_back_what_a_live_order_earned(shop: Shop) -> None:
    shop.tell(shop.order())
    shop.tell(shop.order(returns=(back(2000),)), backfill=True, now=NOW + 2 * DAY)
    assert shop.points(at=NOW + 2 * DAY) == 0


def test_spent_points_come_back_by_the_share_that_came_back(shop: Shop) -> None:
    shop.tell(shop.order(20_000))
    hold = shop.spend(600, order="1002", at=NOW + DAY)
    later = NOW + 2 * DAY
    bought = shop.order(900, 500, external_id="1002", ordered_at=NOW + DAY)
    shop.tell(bought, now=later)
    assert shop.points(at=later) == 1000 - 600 + 70
    at = NOW + 3 * DAY
    part = replace(bought, returns=(back(500, line=2, hours=50),))
    shop.tell(part, now=at)
    assert given_back(hold) == 60_000 * 500 // 1400
    rest = replace(bought, returns=(back(500, line=2, hours=50), back(900, line=1, hours=51)))
    shop.tell(rest, now=at)
    assert given_back(hold) == 60_000
    assert shop.points(at=at) == 1000
    shop.tell(replace(bought, returns=()), now=at)
    assert given_back(hold) == 0
    assert shop.points(at=at) == 1000 - 600 + 70


def test_a_spending_told_after_the_return_comes_back(shop: Shop) -> None:
    shop.tell(shop.order(20_000))
    bought = shop.order(700, external_id="1002", ordered_at=NOW + DAY)
    later = NOW + 3 * DAY
    shop.tell(bought, now=later)
    shop.tell(replace(bought, returns=(back(700, hours=50),)), now=later)
    shop.spend(300, order="1002", at=later)
    shop.catch_up(later)
    assert shop.points(at=later) == 1000


def test_points_wait_for_the_delivery(db: None) -> None:
    shop = Shop(usable={"kind": "after_delivery", "days": 0})
    shop.tell(shop.order())
    assert (shop.points(), shop.balance().pending_minor) == (0, 100 * MINOR)
    at = NOW + 3 * DAY
    first, second = (
        NewShipment(
            source="shop",
            external_id=name,
            order_external_id="1001",
            status=ShipmentStatus.DELIVERED,
            delivered_at=moment,
        )
        for name, moment in (("S-1", NOW + 2 * DAY), ("S-2", NOW + 3 * DAY))
    )
    waiting = replace(second, status=ShipmentStatus.SHIPPED, delivered_at=None, as_of=NOW + DAY)
    commerce.record_shipments(shipments=[first, waiting], now=at)
    shop.catch_up(at)
    assert shop.points(at=at) == 0, "the other half is still on its way"
    commerce.record_shipments(shipments=[second], now=at)
    shop.catch_up(at)
    assert shop.points(at=at) == 100


def test_what_is_bought_in_a_branch_is_delivered_at_once(db: None) -> None:
    shop = Shop(usable={"kind": "after_delivery", "days": 0})
    branch = commerce.save_branch(name="Арбат")
    shop.tell(shop.order(branch_id=branch))
    assert shop.points() == 100


def test_each_purchase_keeps_points_alive_in_whatever_order_they_are_told(db: None) -> None:
    shop = Shop(expiry={"kind": "without_purchase", "days": 10})
    ordered = [NOW + timedelta(hours=1) + n * DAY for n in (0, 8, 16)]
    first, second, third = (shop.order(external_id=f"{n}", ordered_at=at) for n, at in enumerate(ordered))
    now = NOW + 18 * DAY
    for told in (third, first, second):
        shop.tell(told, now=now)
    assert Lot.objects.values("expires_at").distinct().count() == 1
    assert Lot.objects.filter(expires_at__gt=NOW + 26 * DAY).count() == 3
    assert shop.points(at=NOW + 26 * DAY) == 300


def test_an_order_paid_with_nothing_but_points_comes_back_by_pieces(db: None) -> None:
    shop = Shop(spend_percent=100)
    shop.tell(shop.order(20_000))
    hold = shop.spend(900, order="1002", at=NOW + DAY)
    lines = tuple(OrderLine(amount_minor=0, quantity=Decimal(n)) for n in (1, 2))
    at = NOW + 2 * DAY
    shop.tell(shop.order(external_id="1002", ordered_at=NOW + DAY, lines=lines), now=at)
    assert given_back(hold) == 0
    commerce.cancel_orders(
        cancellations=[Cancellation(source="shop", external_id="1002", cancelled_at=at)], now=at
    )
    shop.catch_up(at)
    assert given_back(hold) == 90_000


@pytest.mark.django_db(transaction=True)
def test_the_worker_reads_the_log_and_leaves_nothing_aside() -> None:
    with registry.only_consumers(*CONSUMERS):
        events.ensure_consumers(now=NOW)
        shop = Shop()
        commerce.record_orders(orders=[shop.order(), shop.order(external_id="1002")], now=NOW + DAY)
        events.drain(now=NOW + DAY)
        assert shop.points() == 200


def given_back(hold: Hold) -> int:
    hold.refresh_from_db()
    return hold.given_back_minor


def test_what_the_log_does_not_tell_of_is_put_right_by_night(shop: Shop) -> None:
    shop.tell(shop.order())
    at = NOW + 2 * DAY
    changed = commerce.record_orders(orders=[shop.order(5000)], now=at, backfill=True)
    shop.catch_up(at)
    assert shop.points(at=at) == 250
    key = ("shop", "1001")
    change = OrderChange(key, changed.revisions[key], changed.before[key])
    assert commerce.undo_orders(changes=[change], now=at).restored == 1
    shop.catch_up(at)
    assert shop.points(at=at) == 250
    assert services.settle_again(now=at) == 1
    assert shop.points(at=at) == 100
    assert services.settle_again(now=at) == 0


def test_what_an_order_earned_that_is_gone_is_taken_back_by_night(shop: Shop) -> None:
    shop.tell(shop.order(), shop.order(external_id="1002"), shop.order(external_id="1003", profile_id=None))
    stored = StoredOrder.objects.exclude(external_id="1002")
    OrderLineRow.objects.filter(order__in=stored).delete()
    stored.delete()
    assert EarnedOrder.objects.count() == 2
    assert services.settle_again(now=NOW + DAY) == 1
    assert shop.points() == 100
    assert not UnearnedOrder.objects.exists()
    assert EarnedOrder.objects.count() == 1


def test_two_that_settle_one_order_at_once_leave_it_to_one_customer(transactional_db: None) -> None:
    """One has read of the first customer what the other, a moment later, reads of the second."""
    shop = Shop()
    commerce.record_orders(orders=[shop.order()], now=NOW)
    (order_id,) = commerce_queries.order_ids([("shop", "1001")]).values()
    told = [OrderTold(order_id=order_id, at=NOW, began=True)]
    read, go_on = threading.Event(), threading.Event()

    def wait(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        found = execute(sql, *rest)
        if "FROM commerce_order AS o" in sql:
            read.set()
            assert go_on.wait(20)
        return found

    def settle_slowly() -> None:
        with connection.execute_wrapper(wait):
            services.settle_orders(told=told, now=NOW)
        connection.close()

    def settle() -> None:
        services.settle_orders(told=told, now=NOW)
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(settle_slowly)
        assert read.wait(20)
        commerce.record_orders(orders=[shop.order(profile_id=shop.boris)], now=NOW)
        second = pool.submit(settle)
        with contextlib.suppress(TimeoutError):
            second.result(timeout=0.5)
        assert not second.done(), "it waits for the first, whose order it is too"
        go_on.set()
        first.result(timeout=20)
        second.result(timeout=20)
    assert (shop.points(), shop.points(shop.boris)) == (0, 100)


def test_many_orders_take_as_many_statements_as_one(shop: Shop) -> None:
    def settled(*numbers: int) -> int:
        orders = [shop.order(external_id=f"{n}", profile_id=(shop.anna, shop.boris)[n % 2]) for n in numbers]
        commerce.record_orders(orders=orders, now=NOW + DAY)
        with CaptureQueriesContext(connection) as asked:
            shop.catch_up(NOW + DAY)
        return len(asked)

    one = settled(1)
    assert settled(*range(2, 42)) <= one
    assert Lot.objects.count() == 41
