"""The views others read: what a figure is made of must be what METRICS counts."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from tests.commerce.conftest import NOON, Shop

from regulars.commerce import services
from regulars.commerce.types import (
    ChannelDayCost,
    NewBranch,
    NewProduct,
    OrderLine,
    OrderStatus,
)
from regulars.customers.models import Profile


def rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def test_a_row_per_line_and_per_return(shop: Shop) -> None:
    branch = services.upsert_branches(branches=[NewBranch(source="shop", external_id="m", name="Маросейка")])
    lines = (
        OrderLine(amount_minor=500, product_id=shop.tea, quantity=Decimal(2)),
        OrderLine(amount_minor=250, product_id=shop.coffee),
        OrderLine(amount_minor=70),
    )
    returns = (shop.back(250, line=1), shop.back(20))
    shop.record(
        shop.order(lines=lines, returns=returns, channel="vk", branch_id=branch["shop", "m"]),
    )
    person = Profile.objects.get(pk=shop.profiles[0]).person_id
    later = NOON + timedelta(days=1)
    common = ("RUB", "vk", "Маросейка", person)
    assert rows(
        "SELECT kind, happened_at, line, product, category, quantity, amount_minor, currency, channel,"
        " branch, customer_id FROM facts_order_lines ORDER BY kind DESC, line NULLS LAST"
    ) == [
        ("sale", NOON, 1, "Сенча", "Чай", Decimal(2), 500, *common),
        ("sale", NOON, 2, "Кения АА", None, Decimal(1), 250, *common),
        ("sale", NOON, 3, None, None, Decimal(1), 70, *common),
        ("credit", later, 1, "Сенча", "Чай", Decimal(-1), -250, *common),
        ("credit", later, None, None, None, Decimal(-1), -20, *common),
    ]


def test_a_cancelled_order_is_void_whole(shop: Shop) -> None:
    shop.record(shop.order(status=OrderStatus.CANCELLED, returns=(shop.back(100),)), shop.order("A2", 40))
    assert rows("SELECT kind, amount_minor FROM facts_order_lines ORDER BY amount_minor") == [
        ("sale", 40),
        ("void", 250),
        ("void", 500),
    ]
    assert rows("SELECT status, amount_minor FROM facts_orders ORDER BY amount_minor") == [
        ("cancelled", 0),
        ("completed", 40),
    ]


def test_orders_are_net_of_returns(shop: Shop) -> None:
    shop.record(
        shop.order("A1", returns=(shop.back(100), shop.back(30, 1))),
        shop.order("A2", 90, returns=(shop.back(100),)),
        shop.order("A3", 5, profile_id=None),
    )
    assert rows("SELECT amount_minor, customer_id IS NULL, channel FROM facts_orders ORDER BY order_id") == [
        (620, False, None),
        (-10, False, None),
        (5, True, None),
    ]


def test_merged_profiles_are_one_customer(shop: Shop) -> None:
    shop.record(shop.order("A1"), shop.order("A2", profile_id=shop.profiles[1]))
    assert rows("SELECT count(DISTINCT customer_id) FROM facts_order_lines") == [(2,)]
    first = Profile.objects.get(pk=shop.profiles[0]).person_id
    Profile.objects.filter(pk=shop.profiles[1]).update(person_id=first)
    assert rows("SELECT DISTINCT customer_id FROM facts_order_lines") == [(first,)]
    assert rows("SELECT DISTINCT customer_id FROM facts_orders") == [(first,)]


def test_a_product_and_a_branch_keep_their_id_under_a_new_name(shop: Shop) -> None:
    new = [NewProduct(source="shop", external_id="t", name="Сенча Асамуси", category="Зелёный чай")]
    assert services.upsert_products(products=new * 2) == {("shop", "t"): shop.tea}
    shop.record(shop.order())
    assert rows("SELECT DISTINCT product, category FROM facts_order_lines") == [
        ("Сенча Асамуси", "Зелёный чай")
    ]
    first = services.upsert_branches(branches=[NewBranch(source="shop", external_id="m", name="А")])
    assert services.upsert_branches(branches=[NewBranch(source="shop", external_id="m", name="Б")]) == first
    assert services.upsert_branches(branches=[]) == services.upsert_products(products=[]) == {}


def test_costs_are_one_row_per_channel_day_and_currency(shop: Shop) -> None:
    def cost(channel: str, day: int, minor: int) -> ChannelDayCost:
        return ChannelDayCost(channel=channel, day=date(2026, 2, day), cost_minor=minor, currency="RUB")

    first = services.record_costs(costs=[cost("vk", 1, 100), cost("vk", 2, 5), cost("vk", 1, 120)])
    assert (first.created, first.changed) == (2, 0)
    second = services.record_costs(costs=[cost("vk", 1, 120), cost("vk", 2, 6), cost("search", 1, 0)])
    assert (second.created, second.changed) == (1, 1)
    assert second.before == {("vk", date(2026, 2, 2), "RUB"): cost("vk", 2, 5)}
    assert services.record_costs(costs=[]).ids == {}
    assert rows("SELECT channel, day, cost_minor, currency FROM facts_channel_costs ORDER BY 1, 2") == [
        ("search", date(2026, 2, 1), 0, "RUB"),
        ("vk", date(2026, 2, 1), 120, "RUB"),
        ("vk", date(2026, 2, 2), 6, "RUB"),
    ]
