"""Orders of one source told of at the same moment: nobody waits who need not, and nothing is told twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Barrier, Event

import pytest
from django.db import IntegrityError, connection, transaction
from tests.commerce.conftest import NOON, NOW, Shop
from tests.commerce.test_credits import rows
from tests.together import together

from regulars.commerce import models, services
from regulars.commerce.services import rows as statements
from regulars.commerce.types import (
    Cancellation,
    CartChange,
    CartLine,
    CartStep,
    NewRefund,
    NewShipment,
    OrderChange,
    RecordedOrders,
    ShipmentStatus,
)
from regulars.events import models as events

HOUR = timedelta(hours=1)
WAIT = 30


def _unfinished(work: Callable[[], object], barrier: Barrier) -> None:
    """Does its work, and ends the transaction only when all the others have done theirs."""
    with transaction.atomic():
        work()
        barrier.wait(WAIT)


def test_orders_of_one_source_do_not_wait_for_each_other(open_shop: Shop) -> None:
    shop = open_shop
    shop.record(shop.order("old", 1))
    barrier = Barrier(4)
    works: list[Callable[[], object]] = [
        partial(shop.record, shop.order("A1")),
        partial(shop.record, shop.order("A2", profile_id=shop.profiles[1])),
        partial(shop.record, shop.order("old", 2)),
        # Of an order that is known, a refund does not wait either.
        partial(shop.record, shop.order("A3", profile_id=shop.profiles[2])),
    ]
    assert together([partial(_unfinished, work, barrier) for work in works]) == [None] * 4


def test_holding_the_source_they_would_wait(open_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the test above shows can fail: so it was when each held the source."""
    monkeypatch.setattr("regulars.commerce.services.orders.join_sources", services.hold_sources)
    entered = Event()

    def impatient() -> object:
        assert entered.wait(WAIT)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        return open_shop.record(open_shop.order("A2"))

    def patient() -> None:
        with transaction.atomic():
            open_shop.record(open_shop.order("A1"))
            entered.set()
            done.wait(WAIT)

    done = Event()

    def second() -> object:
        try:
            return impatient()
        finally:
            done.set()

    first, other = together([patient, second])
    assert first is None
    assert "lock timeout" in str(other)


def test_two_that_look_and_then_insert_do_collide(open_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = statements._INSERT.replace("ON CONFLICT (source, external_id) DO NOTHING", "")
    assert plain != statements._INSERT
    monkeypatch.setattr(statements, "_INSERT", plain)
    looked = Barrier(2)
    read = statements.read_orders

    def look(orders: object) -> object:
        found = read(orders)  # type: ignore[arg-type]
        looked.wait(WAIT)
        return found

    monkeypatch.setattr(statements, "read_orders", look)
    done = together([partial(open_shop.record, open_shop.order("A1", n)) for n in (1, 2)])
    assert sorted(type(one).__name__ for one in done) == [IntegrityError.__name__, RecordedOrders.__name__]


def test_the_same_new_order_by_16_at_once_is_one(open_shop: Shop) -> None:
    shop = open_shop
    tellings = [shop.order("A1", 100 + n, as_of=NOON + n * HOUR, ordered_at=NOON) for n in range(16)]
    done = together([partial(shop.record, order) for order in tellings])
    recorded = [one for one in done if isinstance(one, RecordedOrders)]
    assert len(recorded) == 16, done
    assert sum(one.created for one in recorded) == 1
    # Whoever came first, the newest holds; each was told of as new, as a change, or was stale.
    assert rows("SELECT amount_minor FROM commerce_order") == [(115,)]
    assert sum(one.created + one.changed + len(one.stale) for one in recorded) == 16
    names = list(events.Event.objects.filter(name__startswith="order_").values_list("name", flat=True))
    assert names.count("order_completed") == 1
    assert names.count("order_updated") == sum(one.changed for one in recorded)


def test_without_holding_the_source_order_and_cancellation_miss_each_other(
    open_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regulars.commerce.services.links.hold_sources", list)
    barrier = Barrier(2)
    off = [Cancellation(source="shop", external_id="A1", cancelled_at=NOON + HOUR)]
    works: list[Callable[[], object]] = [
        partial(open_shop.record, open_shop.order("A1")),
        partial(services.cancel_orders, cancellations=off, now=NOW),
    ]
    assert together([partial(_unfinished, work, barrier) for work in works]) == [None, None]
    assert rows("SELECT status FROM commerce_order") == [("completed",)]


def test_an_order_and_all_that_names_it_at_once_never_miss_each_other(open_shop: Shop) -> None:
    shop = open_shop
    numbers = [f"{n:02}" for n in range(10)]
    works: list[Callable[[], object]] = []
    for number in numbers:
        named = {"source": "shop", "order_external_id": number}
        refund = NewRefund(external_id=f"R{number}", refunded_at=NOON + HOUR, **named)
        parcel = NewShipment(
            external_id=f"S{number}", status=ShipmentStatus.SHIPPED, shipped_at=NOON + HOUR, **named
        )
        off = Cancellation(source="shop", external_id=number, cancelled_at=NOON + 2 * HOUR)
        works += [
            partial(shop.record, shop.order(number, returns=None)),
            partial(services.record_refunds, refunds=[refund], now=NOW),
            partial(services.record_shipments, shipments=[parcel], now=NOW),
        ]
        if int(number) % 2:
            works.append(partial(services.cancel_orders, cancellations=[off], now=NOW))
    for start in range(0, len(works), 7):
        done = together(works[start : start + 7][:: 1 if start % 2 else -1])
        assert [one for one in done if isinstance(one, Exception)] == []
    assert rows("SELECT DISTINCT amount_minor, order_id IS NULL FROM commerce_credit") == [(750, False)]
    assert rows("SELECT DISTINCT order_id IS NULL, told FROM commerce_shipment") == [(False, "live")]
    assert models.Order.objects.filter(status="cancelled").count() == 5
    assert events.Event.objects.filter(name="order_refunded").count() == 10
    assert events.Event.objects.filter(name="order_shipped").count() == 10


def test_two_refunds_of_the_rest_give_back_no_more_than_there_was(open_shop: Shop) -> None:
    shop = open_shop
    shop.record(shop.order("A1", returns=None))
    refunds = [
        NewRefund(
            source="shop",
            external_id=f"R{n}",
            order_external_id="A1",
            refunded_at=NOON + n * HOUR,
            amount_minor=50 if n % 2 else None,
            currency="RUB",
        )
        for n in range(8)
    ]
    done = together([partial(services.record_refunds, refunds=[refund], now=NOW) for refund in refunds])
    assert [one for one in done if isinstance(one, Exception)] == []
    assert rows("SELECT sum(amount_minor) FROM commerce_credit") == [(750,)]
    assert rows("SELECT amount_minor FROM facts_orders") == [(0,)]


def test_what_is_told_of_while_an_import_is_undone_is_there_afterwards(open_shop: Shop) -> None:
    shop = open_shop
    orders = [shop.order(f"{n:02}", 500, returns=None) for n in range(40)]
    brought = shop.record(*orders, backfill=True)
    changes = [OrderChange(key, number, None) for key, number in brought.revisions.items()]
    live = [shop.order(f"{n:02}", 500, returns=None, as_of=NOON + HOUR) for n in range(0, 40, 2)]
    refunds = [
        NewRefund(source="shop", external_id=f"R{n}", order_external_id=f"{n:02}", refunded_at=NOON)
        for n in range(0, 40, 2)
    ]
    works: list[Callable[[], object]] = [partial(services.undo_orders, changes=changes, now=NOW)]
    works += [partial(shop.record, *live[n::3]) for n in range(3)]
    works += [partial(services.record_refunds, refunds=refunds[n::3], now=NOW) for n in range(3)]
    done = together(works)
    assert [one for one in done if isinstance(one, Exception)] == []
    numbers = {f"{n:02}" for n in range(0, 40, 2)}
    assert set(models.Order.objects.values_list("external_id", flat=True)) == numbers
    assert rows("SELECT count(*), min(amount_minor) FROM commerce_credit WHERE order_id IS NOT NULL") == [
        (20, 500)
    ]


def test_changes_of_one_cart_by_many_at_once_all_count(open_shop: Shop) -> None:
    shop = open_shop

    def change(n: int) -> CartChange:
        return CartChange(
            source="site",
            key=str(n),
            profile_id=shop.profiles[n % 2],
            what=CartStep.ADDED,
            at=NOON + n * HOUR,
            currency="RUB",
            lines=(CartLine(product_id=shop.tea),),
        )

    batches = [[change(n) for n in range(start, start + 6)][:: 1 if start % 2 else -1] for start in range(12)]
    done = together([partial(services.change_carts, changes=batch, now=NOW) for batch in batches])
    assert [one for one in done if isinstance(one, Exception)] == []
    assert rows("SELECT sum(quantity)::int FROM commerce_cartline GROUP BY cart_id ORDER BY 1") == [
        (8,),
        (9,),
    ]


def _both(shop: Shop, number: str, barrier: Barrier | None) -> None:
    """A call that tells of an order, and of a refund of one that nobody knows."""
    with transaction.atomic():
        if barrier is None:
            services.hold_sources(["shop"])
        shop.record(shop.order(number, profile_id=shop.profiles[int(number)]))
        if barrier:
            barrier.wait(WAIT)
        unknown = NewRefund(
            source="shop", external_id=f"R{number}", order_external_id=f"X{number}", refunded_at=NOON
        )
        services.record_refunds(refunds=[unknown], now=NOW)


def test_who_tells_of_both_without_holding_the_source_does_deadlock(open_shop: Shop) -> None:
    barrier = Barrier(2)
    done = together([partial(_both, open_shop, number, barrier) for number in ("0", "1")])
    assert sorted(type(one).__name__ for one in done) == ["NoneType", "OperationalError"]


def test_who_tells_of_both_holds_the_source_first(open_shop: Shop) -> None:
    assert together([partial(_both, open_shop, str(n % 3), None) for n in range(6)]) == [None] * 6
    assert models.Order.objects.count() == models.Credit.objects.count() == 3
