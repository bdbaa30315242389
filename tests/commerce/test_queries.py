"""What pages read."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal

from tests.commerce.conftest import NOON, Shop

from regulars.commerce import models, queries, services
from regulars.commerce.types import LineRow, NewBranch, OrderLine, OrderRow, OrderStatus

DAY = timedelta(days=1)


def test_lines_of_several_orders_with_the_names_of_products(
    shop: Shop, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    ids = shop.record(
        shop.order(
            "A1",
            lines=(
                OrderLine(amount_minor=500, product_id=shop.tea, quantity=Decimal("0.25")),
                OrderLine(amount_minor=20),
            ),
        ),
        shop.order("A2", 7),
        shop.order("A3", 9),
    ).ids
    with django_assert_num_queries(1):
        found = queries.order_lines([ids["shop", "A2"], ids["shop", "A1"], 987654])
    assert found == {
        ids["shop", "A2"]: [LineRow(1, "Сенча", "Чай", Decimal(1), 7)],
        ids["shop", "A1"]: [
            LineRow(1, "Сенча", "Чай", Decimal("0.25"), 500),
            LineRow(2, "", "", Decimal(1), 20),
        ],
        987654: [],
    }
    assert queries.order_lines([]) == {}


def test_the_last_orders_of_a_customer(
    shop: Shop, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    branch = services.record_branches(branches=[NewBranch(source="shop", external_id="m", name="Маросейка")])
    shop.record(
        shop.order("A1", 500, returns=(shop.back(30),), channel="vk", branch_id=branch.ids["shop", "m"]),
        shop.order("A2", 70, ordered_at=NOON + DAY, status=OrderStatus.CANCELLED),
        shop.order("A3", 90, ordered_at=NOON - DAY, profile_id=shop.profiles[1]),
        shop.order("A4", 90, ordered_at=NOON + 2 * DAY, profile_id=shop.profiles[2]),
    )
    shop.give_back(shop.credit("C1", 100, order_external_id="A1"))
    with django_assert_num_queries(1):
        found = queries.last_orders(shop.profiles[:2], 10)
    assert [order.number for order in found] == ["A2", "A1", "A3"]
    first = models.Order.objects.get(external_id="A1")
    assert found[1] == OrderRow(
        id=first.pk,
        number="A1",
        profile_id=shop.profiles[0],
        ordered_at=NOON,
        status=OrderStatus.COMPLETED,
        amount_minor=500,
        returned_minor=130,
        currency="RUB",
        channel="vk",
        branch="Маросейка",
    )
    assert [order.number for order in queries.last_orders(shop.profiles[:2], 2)] == ["A2", "A1"]
    assert queries.last_orders([], 10) == []
