"""Carts: what is in them, and when they are done with."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from tests.commerce.conftest import NOON, NOW, Shop
from tests.commerce.test_credits import rows

from regulars.commerce import models, queries, services
from regulars.commerce.queries import carts as reading
from regulars.commerce.services import carts as carts_module
from regulars.commerce.tasks import SCHEDULES
from regulars.commerce.types import (
    CartChange,
    CartLine,
    CartStep,
    ChangedCarts,
    ProductChange,
    RefusedCart,
)
from regulars.customers import services as customers
from regulars.customers.types import ProfileChange
from regulars.events.models import Event
from regulars.kit import schedules

HOUR = timedelta(hours=1)
ADDED, REMOVED, VIEWED = CartStep.ADDED, CartStep.REMOVED, CartStep.VIEWED


def change(shop: Shop, key: str, what: CartStep, hours: float, *counts: int, **values: Any) -> CartChange:
    """`counts`: of tea, then of coffee; 0 is no line."""
    lines = tuple(
        CartLine(product_id=product, quantity=Decimal(count), price_minor=100)
        for product, count in zip((shop.tea, shop.coffee), counts, strict=False)
        if count
    )
    told: dict[str, Any] = {
        "source": "site",
        "key": key,
        "profile_id": shop.profiles[0],
        "what": what,
        "at": NOON + hours * HOUR,
        "currency": "RUB",
        "lines": lines,
    }
    return CartChange(**told | values)


def take(*changes: CartChange) -> ChangedCarts:
    return services.change_carts(changes=changes, now=NOW)


def contents(shop: Shop) -> list[dict[str, int]]:
    return [
        {line.product_external_id: int(line.quantity) for line in cart.lines}
        for cart in queries.carts_of(shop.profiles)
    ]


def test_what_is_put_in_and_taken_out(shop: Shop) -> None:
    done = take(
        change(shop, "1", ADDED, 1, 2),
        change(shop, "2", ADDED, 2, 0, 1),
        change(shop, "3", REMOVED, 3, 1),
        change(shop, "4", CartStep.CHECKOUT_STARTED, 4),
    )
    assert len(done.taken) == 4
    (cart,) = queries.carts_of(shop.profiles)
    assert [(line.product, line.quantity, line.price_minor) for line in cart.lines] == [
        ("Сенча", Decimal(1), 100),
        ("Кения АА", Decimal(1), 100),
    ]
    assert (cart.checkout_at, cart.changed_at, cart.amount_minor) == (NOON + 4 * HOUR, NOON + 4 * HOUR, 200)
    found = Event.objects.filter(source="site").order_by("occurred_at")
    assert found.values_list("name", "key", "profile_id")[0] == (
        "product_added",
        "1",
        shop.profiles[0],
    )
    assert [event.name for event in found] == [
        "product_added",
        "product_added",
        "product_removed",
        "checkout_started",
    ]
    product = {"product_id": shop.tea, "quantity": "2", "price_minor": 100}
    assert found[0].properties == {"cart": "", "currency": "RUB", "products": [product]}


def test_the_same_occasion_counts_once(shop: Shop) -> None:
    one = change(shop, "1", ADDED, 1, 2)
    assert take(one, one).taken == {("site", "1")}
    assert take(one).taken == frozenset()
    assert contents(shop) == [{"t": 2}]
    assert Event.objects.filter(name="product_added").count() == 1


def test_all_that_is_in_it_holds_from_its_moment(shop: Shop) -> None:
    take(change(shop, "1", ADDED, 3, 5), change(shop, "2", VIEWED, 2, 1, 1), change(shop, "3", ADDED, 1, 9))
    assert contents(shop) == [{"t": 6, "k": 1}]
    # One that was told of before the newest counts no more.
    take(change(shop, "4", VIEWED, 1.5, 7))
    assert contents(shop) == [{"t": 6, "k": 1}]
    take(change(shop, "5", CartStep.CLEARED, 4))
    assert contents(shop) == []
    take(change(shop, "6", ADDED, 5, 0, 1))
    assert contents(shop) == [{"k": 1}]
    # More taken out than there was.
    take(change(shop, "7", REMOVED, 6, 0, 3))
    assert contents(shop) == []


def test_an_order_closes_the_carts_of_its_person(shop: Shop) -> None:
    take(
        change(shop, "1", ADDED, 1, 1),
        change(shop, "2", ADDED, 2, 1, cart="b"),
        change(shop, "3", ADDED, 2, 1, profile_id=shop.profiles[1]),
    )
    assert contents(shop) == [{"t": 1}] * 3
    shop.record(shop.order("A1", ordered_at=NOON + 1.5 * HOUR))
    assert contents(shop) == [{"t": 1}] * 2
    # What is put in afterwards is in it, and no more.
    take(change(shop, "4", ADDED, 5, 0, 2))
    assert contents(shop) == [{"k": 2}, {"t": 1}, {"t": 1}]
    (first, *_) = queries.carts_of(shop.profiles[:1])
    assert first.checkout_at is None
    # The order of another profile of the same person closes them too.
    rows(
        f"UPDATE customers_profile SET person_id = (SELECT person_id FROM customers_profile"
        f" WHERE id = {shop.profiles[0]}) WHERE id = {shop.profiles[1]} RETURNING id"
    )
    shop.record(shop.order("A2", ordered_at=NOON + 6 * HOUR, profile_id=shop.profiles[1]))
    assert contents(shop) == []


def test_a_cart_that_goes_on_for_ever_is_summed_up(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carts_module, "ROWS_MAX", 5)
    take(*[change(shop, str(n), ADDED, n, 1) for n in range(5)])
    assert models.CartLine.objects.count() == 5
    take(change(shop, "x", ADDED, 10, 0, 2), change(shop, "y", REMOVED, 11, 2))
    assert contents(shop) == [{"t": 3, "k": 2}]
    assert models.CartLine.objects.count() == 2
    take(change(shop, "z", ADDED, 12, 1))
    assert contents(shop) == [{"t": 4, "k": 2}]


def test_what_cannot_be_stored_is_refused(shop: Shop) -> None:
    one = change(shop, "ok", ADDED, 1, 1)
    line = one.lines[0]
    bad = {
        RefusedCart.BAD_CART: {"cart": "x" * 201},
        RefusedCart.BAD_DATE: {"at": NOON.replace(tzinfo=None)},
        RefusedCart.BAD_CURRENCY: {"currency": "rub"},
        RefusedCart.BAD_QUANTITY: {"lines": (replace(line, quantity=Decimal(-1)),)},
        RefusedCart.BAD_AMOUNT: {"lines": (replace(line, price_minor=-1),)},
        RefusedCart.NO_LINES: {"lines": ()},
        RefusedCart.TOO_MANY_LINES: {"lines": (line,) * 101},
    }
    done = take(one, *[replace(one, key=reason, **values) for reason, values in bad.items()])
    assert done.refused == {("site", reason.value): reason for reason in bad}
    assert done.taken == {("site", "ok")}


def test_old_carts_are_dropped(shop: Shop) -> None:
    (schedule,) = SCHEDULES
    assert schedule in schedules.registered()
    old = NOW - timedelta(days=400)
    take(change(shop, "1", ADDED, 1, 1, at=old), change(shop, "2", ADDED, 1, 1, cart="b"))
    assert schedule.run(NOW, 10) == 1
    assert schedule.run(NOW, 10) == 0
    assert contents(shop) == [{"t": 1}]


def test_what_is_in_a_cart_and_whose_it_is_stay_when_an_import_is_undone(shop: Shop) -> None:
    take(change(shop, "1", ADDED, 1, 1))
    gone = services.undo_products(changes=[ProductChange(("shop", "t"), 1, None)], now=NOW)
    assert gone.kept == {("shop", "t"): "in_use"}
    undone = customers.undo_profiles(changes=[ProfileChange(("shop", "1"), 1)], now=NOW)
    assert undone.kept == {("shop", "1"): "has_carts"}


def test_the_carts_of_a_customer_are_found_by_indexes(shop: Shop) -> None:
    rows(
        "INSERT INTO commerce_cart (profile_id, cart, currency, changed_at)"
        f" SELECT {shop.profiles[1]}, n::text, 'RUB', now() FROM generate_series(1, 20000) AS n RETURNING id"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ANALYZE commerce_cart")
        cursor.execute(f"EXPLAIN {reading._CARTS}", [[shop.profiles[0]]])
        text = "\n".join(line for (line,) in cursor.fetchall())
    assert "commerce_cart_key" in text
