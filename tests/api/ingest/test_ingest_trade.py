"""Events of a shop's trade become orders, refunds, carts and products."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.api.ingest.calling import NOW, call, server_key, track

from regulars.api.ingest import trade
from regulars.commerce import queries
from regulars.commerce import services as commerce
from regulars.commerce.models import Order, Product
from regulars.commerce.types import Order as NewOrder
from regulars.commerce.types import OrderLine, OrderState, OrderStatus
from regulars.customers.models import Profile
from regulars.events.models import Event
from regulars.team.types import Scope


def at(hour: int, minute: int = 0) -> str:
    return f"2026-05-20T{hour:02}:{minute:02}:00Z"


def ordered(
    order_id: str = "O1", when: str = at(9), event: str = "Order Completed", **properties: Any
) -> Any:
    return track(event, timestamp=when, properties={"order_id": order_id, "currency": "RUB", **properties})


def order(order_id: str = "O1") -> OrderState:
    found = queries.order("shop", order_id)
    assert found is not None
    return found


@pytest.fixture
def key(db: None) -> str:
    return server_key()


TEA = {"product_id": "P1", "name": "Чай", "category": "Tea", "price": 100.5, "quantity": 2}
CUP = {"product_id": "P2", "name": "Чашка", "price": "49.00", "quantity": 1, "brand": "Gzhel"}


def test_an_order_is_stored_whole(key: str) -> None:
    told = ordered(products=[TEA, CUP], total=280, shipping=30, coupon="MAY")
    assert call("track", told, key).counts == (1, 0, 0)
    stored = order()
    assert stored.profile_id == Profile.objects.get(external_id="K1").pk
    assert stored.ordered_at == datetime(2026, 5, 20, 9, tzinfo=UTC)
    assert (stored.status, stored.currency, stored.amount_minor) == (OrderStatus.COMPLETED, "RUB", 25_000)
    assert [(line.product_external_id, line.quantity, line.amount_minor) for line in stored.lines] == [
        ("P1", Decimal(2), 20_100),
        ("P2", Decimal(1), 4_900),
    ]
    [event] = Event.objects.filter(name="order_completed")
    assert (event.source, event.backfill) == ("commerce", False)
    assert call("track", told, key).counts == (0, 1, 0)
    assert Event.objects.filter(name="order_completed").count() == 1


@pytest.mark.parametrize(
    ("properties", "amounts"),
    [
        ({"products": [TEA, CUP]}, [20_100, 4_900]),
        ({"products": [TEA, CUP], "revenue": 125, "total": 500}, [10_050, 2_450]),
        ({"products": [TEA, CUP], "subtotal": "200.01"}, [16_081, 3_920]),
        ({"products": [TEA, CUP], "discount": 50}, [16_080, 3_920]),
        ({"products": [TEA, CUP], "total": 280, "shipping": 30, "discount": 50}, [20_100, 4_900]),
        ({"products": [{"product_id": "P1"}, {"product_id": "P2"}], "revenue": 7}, [700, 0]),
        ({"revenue": 12.34}, [1_234]),
        ({"total": 12.34, "shipping": 2}, [1_034]),
        ({"products": [TEA], "revenue": 0}, [0]),
    ],
)
def test_what_was_paid_for_each_line(key: str, properties: dict[str, Any], amounts: list[int]) -> None:
    assert call("track", ordered(**properties), key).counts == (1, 0, 0)
    assert [line.amount_minor for line in order().lines] == amounts


@given(
    listed=st.lists(st.integers(0, 10**12), min_size=1, max_size=20),
    paid=st.integers(0, 10**13),
)
def test_shares_come_to_what_was_paid_and_are_within_one_unit_of_fair(listed: list[int], paid: int) -> None:
    shares = trade._shares(paid, listed)
    assert sum(shares) == paid
    assert min(shares) >= 0
    if whole := sum(listed):
        assert all(
            abs(share * whole - paid * amount) < whole for share, amount in zip(shares, listed, strict=True)
        )


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"products": [TEA], "order_id": None}, "bad_properties"),
        ({}, "bad_properties"),
        ({"revenue": -1}, "bad_amount"),
        ({"revenue": "1e400"}, "bad_money"),
        ({"revenue": "NaN"}, "bad_money"),
        ({"revenue": 1, "currency": "roubles"}, "bad_money"),
        ({"revenue": [1]}, "bad_properties"),
        ({"products": [TEA | {"quantity": 0}]}, "bad_properties"),
        ({"products": [TEA | {"quantity": "1e99"}]}, "bad_properties"),
        ({"products": [TEA | {"price": "1e99"}]}, "bad_money"),
        ({"products": {"product_id": 1}}, "bad_properties"),
        ({"products": [{"product_id": "P1"}] * 501}, "bad_properties"),
        ({"revenue": 1, "order_id": "x" * 256}, "bad_id"),
        ({"revenue": 1, "order_id": "x" * 255}, "bad_order_id"),
    ],
)
def test_an_order_that_cannot_be_stored_says_why_and_may_come_again(
    key: str, properties: dict[str, Any], code: str
) -> None:
    told = ordered(**properties)
    other = ordered("O2", revenue=5)
    answer = call("batch", {"batch": [told, other]}, key)
    assert (answer.counts, answer.codes) == ((1, 0, 1), [code])
    assert Order.objects.count() == 1
    right = told | {"properties": {"order_id": "O1", "currency": "RUB", "revenue": 1}}
    assert call("track", right, key).counts == (1, 0, 0)


def test_currencies_have_their_own_minor_units_and_the_shops_is_the_default(key: str) -> None:
    for id_, properties in {
        "O1": {"currency": "JPY"},
        "O2": {"currency": "kwd"},
        "O3": {"currency": None},
    }.items():
        call("track", ordered(id_, revenue="1234", **properties), key)
    assert [(order(id_).currency, order(id_).amount_minor) for id_ in ("O1", "O2", "O3")] == [
        ("JPY", 1_234),
        ("KWD", 1_234_000),
        ("RUB", 123_400),
    ]


def test_a_late_older_state_never_overwrites_a_newer_one(key: str) -> None:
    newest = ordered(when=at(11), event="Order Updated", products=[TEA])
    oldest = ordered(when=at(9), products=[TEA, CUP])
    middle = ordered(when=at(10), event="Order Updated", products=[CUP])
    for told in (newest, oldest, middle):
        assert call("track", told, key).counts == (1, 0, 0)
    stored = order()
    assert stored.ordered_at == datetime(2026, 5, 20, 9, tzinfo=UTC)
    assert [line.product_external_id for line in stored.lines] == ["P1"]


@pytest.mark.parametrize("places", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)])
@pytest.mark.parametrize("together", [True, False])
def test_an_order_its_change_and_its_end_in_any_order_end_the_same(
    key: str, places: tuple[int, ...], together: bool
) -> None:
    told = [
        ordered(when=at(9), products=[TEA, CUP]),
        ordered(when=at(10), event="Order Updated", products=[TEA]),
        ordered(when=at(11), event="Order Cancelled"),
    ]
    told = [told[place] for place in places]
    batches = [told] if together else [[one] for one in told]
    for batch in batches:
        assert call("batch", {"batch": batch}, key).counts[2] == 0
    stored = order()
    assert (stored.status, stored.amount_minor) == (OrderStatus.CANCELLED, 20_100)
    assert stored.ordered_at == datetime(2026, 5, 20, 9, tzinfo=UTC)


def test_the_same_order_by_file_and_by_event_is_one(key: str) -> None:
    profile = call("track", track("Table Booked"), key) and Profile.objects.get(external_id="K1").pk
    commerce.record_orders(
        orders=[
            NewOrder(
                source="shop",
                external_id="O1",
                profile_id=profile,
                ordered_at=NOW - timedelta(days=1),
                currency="RUB",
                lines=(OrderLine(amount_minor=100),),
                as_of=NOW - timedelta(days=1),
            )
        ],
        now=NOW,
    )
    call("track", ordered(when=at(9), event="Order Updated", revenue=2), key)
    assert Order.objects.count() == 1
    assert order().amount_minor == 200
    assert order().ordered_at == NOW - timedelta(days=1)


@pytest.mark.parametrize(
    ("properties", "returned"),
    [
        ({}, 25_000),
        ({"total": 30}, 3_000),
        ({"products": [{"product_id": "P1", "quantity": 1}]}, 10_050),
        ({"products": [{"product_id": "P2"}], "total": "49"}, 4_900),
    ],
)
@pytest.mark.parametrize("first", ["order", "refund"])
def test_a_refund_takes_off_what_it_says_or_what_was_paid(
    key: str, properties: dict[str, Any], returned: int, first: str
) -> None:
    told = [
        ordered(products=[TEA, CUP]),
        ordered(when=at(10), event="Order Refunded", refund_id="R1", **properties),
    ]
    for one in told if first == "order" else told[::-1]:
        assert call("track", one, key).counts == (1, 0, 0)
    assert order().returned_minor == returned
    again = ordered(when=at(10), event="Order Refunded", refund_id="R1", **properties)
    assert call("track", again, key).counts == (1, 0, 0)
    assert order().returned_minor == returned


def test_products_are_learnt_from_what_is_looked_at_and_bought(key: str) -> None:
    seen = {
        "product_id": "P1", "sku": "T-1", "name": "Чай",
        "category": "Tea", "brand": "Kim", "variant": "100 g",
        "price": 99.9, "currency": "RUB", "url": "https://shop.example/tea?from=mail",
        "image_url": "https://shop.example/tea.jpg",
    }  # fmt: skip
    assert call("track", track("Product Viewed", properties=seen), key).counts == (1, 0, 0)
    tea = queries.product("shop", "P1")
    assert tea is not None
    assert (tea.name, tea.category, tea.brand, tea.variant, tea.sku) == ("Чай", "Tea", "Kim", "100 g", "T-1")
    assert (tea.price_minor, tea.currency, tea.url) == (9_990, "RUB", "https://shop.example/tea")
    call("track", track("Product List Viewed", properties={"products": [{"product_id": "P1"}, CUP]}), key)
    assert Product.objects.get(external_id="P1").name == "Чай"
    assert Product.objects.get(external_id="P2").name == "Чашка"
    assert Event.objects.get(name="product_viewed").event_class == "browsing"


def test_carts_are_kept(key: str) -> None:
    told = [
        track("Product Added", timestamp=at(9), properties={"cart_id": "C", "currency": "RUB", **TEA}),
        track("Product Added", timestamp=at(9, 1), properties={"cart_id": "C", "currency": "RUB", **CUP}),
        track(
            "Product Removed",
            timestamp=at(9, 2),
            properties={"cart_id": "C", "currency": "RUB", **TEA, "quantity": 1},
        ),
        track("Checkout Started", timestamp=at(9, 3), properties={"cart_id": "C", "currency": "RUB"}),
    ]
    assert call("batch", {"batch": told}, key).counts == (4, 0, 0)
    assert call("batch", {"batch": told}, key).counts == (0, 4, 0)
    [cart] = queries.carts_of([Profile.objects.get(external_id="K1").pk])
    assert cart.cart == "C"
    assert cart.checkout_at is not None
    assert [(line.product_external_id, line.quantity, line.price_minor) for line in cart.lines] == [
        ("P1", Decimal(1), 10_050),
        ("P2", Decimal(1), 4_900),
    ]
    call("track", ordered(when=at(10), products=[TEA, CUP]), key)
    assert not any(one.lines for one in queries.carts_of([cart.profile_id]))


def test_earlier_names_of_the_spec_are_understood(key: str) -> None:
    told = ordered(event="Completed Order", products=[TEA])
    assert call("track", told, key).counts == (1, 0, 0)
    assert order().amount_minor == 20_100


def test_a_key_that_may_not_teach_makes_products_known_by_their_ids_only(db: None) -> None:
    key = server_key(Scope.EVENTS_WRITE, Scope.ORDERS_WRITE)
    assert call("track", ordered(products=[TEA]), key).counts == (1, 0, 0)
    tea = queries.product("shop", "P1")
    assert tea is not None
    assert (tea.name, tea.price_minor) == ("P1", None)
