"""What is read of orders, products and money given back, from outside."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from pytest_django.fixtures import DjangoAssertNumQueries
from tests.commerce.conftest import NOON, NOW, Shop

from regulars.commerce import queries, services
from regulars.commerce.types import (
    NewBranch,
    NewProduct,
    OrderLine,
    OrderLineState,
    OrderPlace,
    OrderStatus,
    ProductChange,
)
from regulars.events import queries as events

DAY = timedelta(days=1)


def test_an_order_whole(shop: Shop, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    branch = services.upsert_branches(branches=[NewBranch(source="shop", external_id="m", name="Маросейка")])
    assert queries.branch_ids([("shop", "m"), ("till", "m")]) == branch
    back = shop.back(100, line=1)
    shop.record(
        shop.order(
            branch_id=branch["shop", "m"],
            lines=(
                OrderLine(amount_minor=500, product_id=shop.tea, quantity=Decimal("0.25")),
                OrderLine(amount_minor=7),
            ),
            returns=(back,),
            as_of=NOON,
        )
    )
    shop.give_back(shop.credit("C1", 30, order_external_id="A1", profile_id=None))
    with django_assert_num_queries(3):
        found = queries.order("shop", "A1")
    assert found
    assert found.lines == (
        OrderLineState(1, shop.tea, "shop", "t", "Сенча", Decimal("0.25"), 500),
        OrderLineState(2, None, "", "", "", Decimal(1), 7),
    )
    assert found.returns == (back,)
    assert (found.amount_minor, found.returned_minor, found.status) == (507, 130, OrderStatus.COMPLETED)
    assert (found.branch_external_id, found.as_of, found.updated_at) == ("m", NOON, NOW)
    assert queries.orders_by_id([found.id, 0]) == {found.id: found}
    assert queries.order("till", "A1") is None
    (credit,) = queries.credits_of([found.id])[found.id]
    assert (credit.external_id, credit.amount_minor, credit.profile_id) == ("C1", 30, shop.profiles[0])
    assert queries.credits_of_refund("shop", "C1") == [credit]


def test_pages_of_orders(shop: Shop, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    orders = [shop.order(f"{n}", 100 + n, profile_id=shop.profiles[n % 2]) for n in range(7)]
    services.record_orders(orders=orders, now=NOON)
    with django_assert_num_queries(3):
        first = queries.orders_page(limit=3)
    rest = queries.orders_page(after=OrderPlace(first[-1].id), limit=10)
    assert [order.external_id for order in first + rest] == [str(n) for n in range(7)]
    mine = queries.orders_page(limit=10, profile_ids=[shop.profiles[1]])
    assert [order.external_id for order in mine] == ["1", "3", "5"]
    # By change: what was changed since, the longest unchanged first.
    services.record_orders(orders=[replace(orders[2], channel="vk"), orders[3]], now=NOON + DAY)
    services.record_orders(orders=[replace(orders[0], channel="vk")], now=NOON + DAY)
    changed = queries.orders_page(limit=1, updated_since=NOON + DAY)
    after = OrderPlace(changed[0].id, changed[0].updated_at)
    changed += queries.orders_page(limit=5, updated_since=NOON + DAY, after=after)
    assert [order.external_id for order in changed] == ["0", "2"]
    assert len(queries.orders_page(limit=10, updated_since=NOON)) == 7


def test_orders_of_a_branch(shop: Shop) -> None:
    new = [NewBranch(source="shop", external_id=name, name=name) for name in "ab"]
    ids = services.upsert_branches(branches=new)
    shop.record(
        shop.order("A1", branch_id=ids["shop", "a"]),
        shop.order("A2", branch_id=ids["shop", "b"]),
        shop.order("A3"),
    )
    found = queries.orders_page(limit=5, branch_id=ids["shop", "b"])
    assert [(order.external_id, order.branch_external_id) for order in found] == [("A2", "b")]


def test_products_know_more_than_their_name(shop: Shop) -> None:
    known = {"brand": "Ахмад", "url": "https://shop.example/t", "image_url": "", "variant": "", "sku": "T-1"}
    full = NewProduct(
        source="shop",
        external_id="t",
        name="",
        price_minor=19900,
        currency="RUB",
        brand="Ахмад",
        url="https://shop.example/t",
        sku="T-1",
    )
    events_before = len(events.touched_months(limit=1000))
    done = services.record_products(products=[full])
    assert done.changed == 1
    stored = queries.product("shop", "t")
    assert stored
    assert (stored.name, stored.category, stored.price_minor, stored.currency) == (
        "Сенча",
        "Чай",
        19900,
        "RUB",
    )
    assert {name: getattr(stored, name) for name in known} == known
    # The lake has names and categories only.
    assert len(events.touched_months(limit=1000)) == events_before
    # Less known of it leaves the rest; a price without a currency is none; free is a price.
    bare = NewProduct(source="shop", external_id="t", name="Сенча", price_minor=5)
    for no_price in (bare, replace(bare, currency="руб"), replace(bare, price_minor=-5, currency="RUB")):
        assert services.record_products(products=[no_price]).changed == 0
    free = replace(bare, price_minor=0, currency="RUB", brand="")
    assert services.record_products(products=[free]).changed == 1
    after = queries.product("shop", "t")
    assert after == replace(stored, price_minor=0, brand="")
    change = ProductChange(("shop", "t"), done.revisions["shop", "t"], done.before["shop", "t"])
    assert services.undo_products(changes=[change], now=NOW).kept == {("shop", "t"): "changed_since"}


def test_a_product_is_put_back_as_it_was(shop: Shop) -> None:
    full = NewProduct(source="shop", external_id="t", name="Чай", price_minor=5, currency="RUB", sku="T")
    before = queries.product("shop", "t")
    done = services.record_products(products=[full])
    change = ProductChange(("shop", "t"), done.revisions["shop", "t"], done.before["shop", "t"])
    assert services.undo_products(changes=[change], now=NOW).restored == 1
    assert queries.product("shop", "t") == before


def test_pages_of_products(shop: Shop) -> None:
    first = queries.products_page(limit=1)
    rest = queries.products_page(after=first[0].id, limit=10)
    assert [row.external_id for row in first + rest] == ["k", "t"]
    assert queries.product_names([shop.tea, 0]) == {shop.tea: "Сенча"}
    assert queries.product_ids([("shop", "t"), ("till", "t")]) == {("shop", "t"): shop.tea}
    assert queries.product_ids([]) == {}
    assert queries.product("shop", "none") is None
