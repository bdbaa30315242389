from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from threading import Barrier
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from tests.commerce.conftest import NOON, NOW, Shop, plain
from tests.together import together

from regulars.commerce import models, services
from regulars.commerce.locks import lock_orders
from regulars.commerce.types import NewBranch, Order, OrderLine, OrderStatus, RecordedOrders
from regulars.events.models import Event, EventCount

DAY = timedelta(days=1)


def told(*names: str) -> list[tuple[Any, ...]]:
    events = Event.objects.filter(name__startswith="order_").order_by("id")
    return list(events.values_list("name", "occurred_at", "properties__amount_minor"))


def stored(*keys: str) -> list[Order]:
    with transaction.atomic():
        locked = lock_orders([("shop", key) for key in keys])
    return [plain(locked["shop", key].order) for key in keys]


def test_an_order_is_stored_as_told(shop: Shop) -> None:
    branch = services.upsert_branches(branches=[NewBranch(source="shop", external_id="m", name="Маросейка")])
    order = shop.order(
        channel="vk",
        branch_id=branch["shop", "m"],
        lines=(
            OrderLine(amount_minor=500, product_id=shop.tea, quantity=Decimal("0.25")),
            OrderLine(amount_minor=0),
        ),
        returns=(shop.back(100, line=1), shop.back(30)),
    )
    done = shop.record(order, backfill=True)
    assert (done.created, done.changed, done.refused) == (1, 0, {})
    assert stored("A1") == [order]
    row = models.Order.objects.get()
    assert done.ids == {("shop", "A1"): row.pk}
    assert (row.amount_minor, row.revision, row.profile_id) == (500, 1, shop.profiles[0])
    assert told() == [("order_completed", NOON, 500), ("order_refunded", NOON + DAY, 130)]
    event = Event.objects.get(name="order_completed")
    assert (event.profile_id, event.backfill, event.received_at) == (shop.profiles[0], True, NOW)
    assert event.properties == {"order_id": row.pk, "number": "A1", "amount_minor": 500, "currency": "RUB"}


def test_the_same_batch_again_changes_nothing(shop: Shop) -> None:
    batch = [shop.order(str(n), 100 + n, 7, returns=(shop.back(5, 2),)) for n in range(30)]
    first = shop.record(*batch)
    before = list(models.OrderLine.objects.order_by("id").values_list())
    again = shop.record(*batch[::-1])
    assert again == RecordedOrders(again.ids, 0, 0, {})
    assert again.ids == first.ids
    assert list(models.OrderLine.objects.order_by("id").values_list()) == before
    assert set(models.Order.objects.values_list("revision", flat=True)) == {1}
    assert len(told()) == 60


def test_another_content_changes_the_order_and_it_stays_one(shop: Shop) -> None:
    shop.record(
        shop.order("A1", 500, 250, 90, returns=(shop.back(90, 3), shop.back(10, 1))), shop.order("A2")
    )
    line_ids = list(models.OrderLine.objects.filter(order__external_id="A1").values_list("id", flat=True))
    after = shop.order(
        "A1", 400, 300, profile_id=shop.profiles[1], channel="search", returns=(shop.back(10, 1),)
    )
    done = shop.record(after, shop.order("A2"))
    assert (done.created, done.changed) == (0, 1)
    assert stored("A1") == [after]
    assert models.Order.objects.count() == 2
    assert models.Order.objects.get(external_id="A1").revision == 2
    assert models.Order.objects.get(external_id="A2").revision == 1
    # A line keeps its id by its number, so that others may point at it.
    kept = models.OrderLine.objects.filter(order__external_id="A1").order_by("number")
    assert list(kept.values_list("id", flat=True)) == line_ids[:2]
    assert told()[-1] == ("order_updated", NOW, 700)
    assert Event.objects.get(name="order_updated").profile_id == shop.profiles[1]


def test_an_order_may_be_cancelled_taken_back_and_cancelled_again(shop: Shop) -> None:
    off = shop.order(status=OrderStatus.CANCELLED, cancelled_at=NOON + DAY)
    for order in (shop.order(), off, off, shop.order(), off):
        shop.record(order)
    assert told() == [
        ("order_completed", NOON, 750),
        ("order_cancelled", NOON + DAY, 750),
        ("order_completed", NOW, 750),
        ("order_cancelled", NOON + DAY, 750),
    ]
    assert models.Order.objects.get().revision == 4


def test_of_two_tellings_in_a_batch_the_last_holds(shop: Shop) -> None:
    done = shop.record(shop.order("A1", 100), shop.order("A2", 1), shop.order("A1", 900))
    assert done.created == 2
    assert stored("A1")[0].amount_minor == 900
    assert told() == [("order_completed", NOON, 900), ("order_completed", NOON, 1)]


def test_an_order_id_belongs_to_its_source(shop: Shop) -> None:
    assert shop.record(shop.order("A1"), shop.order("A1", source="till")).created == 2


def test_a_bad_order_is_set_aside_and_stops_nobody(shop: Shop) -> None:
    done = shop.record(shop.order("A1", -5), shop.order("A2"), shop.order("A3", lines=()))
    assert done.created == 1
    assert done.refused == {("shop", "A1"): "bad_amount", ("shop", "A3"): "no_lines"}
    assert list(models.Order.objects.values_list("external_id", flat=True)) == ["A2"]


def test_sold_to_somebody_unknown(shop: Shop) -> None:
    shop.record(shop.order(profile_id=None))
    assert stored("A1")[0].profile_id is None
    assert Event.objects.get(name="order_completed").profile_id is None
    assert not EventCount.objects.filter(name="order_completed").exists()


def test_batches_are_bounded(shop: Shop) -> None:
    with pytest.raises(ValueError, match="batch"):
        shop.record(*[shop.order()] * (services.ORDERS_MAX + 1))
    assert shop.record().ids == {}


def test_what_fails_leaves_nothing_behind(shop: Shop) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what otherwise the commit does
    with pytest.raises(IntegrityError):
        shop.record(shop.order("A1"), shop.order("A2", profile_id=987654))
    assert not models.Order.objects.exists()
    assert told() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE commerce_order SET amount_minor = -1",
        "UPDATE commerce_order SET currency = 'rub'",
        "UPDATE commerce_order SET status = 'lost'",
        "UPDATE commerce_order SET external_id = ''",
        "UPDATE commerce_order SET cancelled_at = ordered_at",
        "UPDATE commerce_orderline SET amount_minor = -1",
        "UPDATE commerce_orderline SET quantity = 0",
        "UPDATE commerce_orderline SET number = 1",
        "UPDATE commerce_orderreturn SET amount_minor = 0",
        "UPDATE commerce_orderreturn SET quantity = -1",
    ],
)
def test_the_database_holds_what_we_promise(shop: Shop, statement: str) -> None:
    shop.record(shop.order(returns=(shop.back(1),)))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


# --- at the same time ---------------------------------------------------------------------------------


def test_the_same_batch_by_six_at_once_is_stored_once(open_shop: Shop) -> None:
    shop = open_shop
    batch = [
        shop.order(f"{n:03}", 100, 50, profile_id=shop.profiles[n % 3], returns=(shop.back(5),))
        for n in range(200)
    ]
    shop.record(*batch[50:100])
    results = together([partial(shop.record, *(batch if n % 2 else batch[::-1])) for n in range(6)])
    done = [r for r in results if isinstance(r, RecordedOrders)]
    assert len(done) == 6, results
    assert sum(r.created for r in done) == 150
    assert sum(r.changed for r in done) == 0
    assert all(r.ids == done[0].ids for r in done)
    assert models.Order.objects.count() == models.OrderReturn.objects.count() == 200
    assert models.OrderLine.objects.count() == 400
    assert len(told()) == 400
    counts = dict(EventCount.objects.filter(name="order_completed").values_list("profile_id", "count"))
    assert sum(counts.values()) == 200


def _update_in_turn(keys: list[str], barrier: Barrier) -> None:
    with transaction.atomic():
        for key in keys:
            models.Order.objects.filter(external_id=key).update(channel="vk")
            if key == keys[0]:
                barrier.wait(10)


def test_changing_orders_in_any_order_does_deadlock(open_shop: Shop) -> None:
    open_shop.record(open_shop.order("A1"), open_shop.order("A2"))
    barrier = Barrier(2)
    results = together([partial(_update_in_turn, keys, barrier) for keys in (["A1", "A2"], ["A2", "A1"])])
    assert [type(r) for r in results if r is not None] == [OperationalError]
    assert "deadlock" in str(next(r for r in results if r is not None))


def test_overlapping_batches_that_add_and_change_do_not_deadlock(open_shop: Shop) -> None:
    shop = open_shop
    orders = [shop.order(f"{n:04}", 100, 50, profile_id=shop.profiles[n % 3]) for n in range(900)]
    shop.record(*orders[::2])

    def batch(start: int, step: int, channel: str) -> list[Order]:
        return [replace(order, channel=channel) for order in orders[start : start + 600]][::step]

    batches = [batch(0, 1, "a"), batch(300, -1, "b"), batch(150, 1, "c"), batch(100, -1, "d")]
    results = together([partial(shop.record, *b) for b in batches])
    assert [r for r in results if not isinstance(r, RecordedOrders)] == []
    assert models.Order.objects.count() == 900
    # Every change was told of exactly once.
    changes = sum(row.revision - 1 for row in models.Order.objects.all())
    assert Event.objects.filter(name="order_updated").count() == changes
    assert Event.objects.filter(name="order_completed").count() == 900
    assert sum(r.changed for r in results if isinstance(r, RecordedOrders)) == changes


def test_two_tellings_at_once_leave_one_whole(open_shop: Shop) -> None:
    shop = open_shop
    shop.record(shop.order("A1", 1))
    tellings = [shop.order("A1", *[100 + n] * (n + 1)) for n in range(6)]
    results = together([partial(shop.record, order) for order in tellings])
    assert [r for r in results if not isinstance(r, RecordedOrders)] == []
    assert stored("A1")[0] in tellings
    assert models.Order.objects.get().revision == 7
    assert models.Order.objects.get().amount_minor == stored("A1")[0].amount_minor


def test_an_order_of_another_zone_is_the_same_moment(shop: Shop) -> None:
    shop.record(shop.order())
    assert shop.record(shop.order(ordered_at=NOON.astimezone(ZoneInfo("Asia/Tokyo")))).changed == 0
    assert shop.record(shop.order(ordered_at=NOON + timedelta(microseconds=1))).changed == 1
