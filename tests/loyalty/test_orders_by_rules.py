"""Orders by rules that go by what was before: in a batch as one by one, and again as the first time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.loyalty import programmes_at_random as at_random
from tests.loyalty.shop_of_rules import AT, Bought, Goods, ShopOfRules, earned, kept
from tests.loyalty.shop_with_points import DAY, NOW

from regulars.commerce import queries as commerce
from regulars.commerce import services as orders_
from regulars.commerce.types import Cancellation, NewProduct
from regulars.customers import services as customers
from regulars.loyalty import queries, services
from regulars.loyalty.models import EarnedOrder, Lot, Posting, Wallet
from regulars.loyalty.types import OrderTold, Programme

pytestmark = pytest.mark.django_db
IN_A_TRANSACTION = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
TOLD_AT = NOW + 40 * DAY
GOODS = st.builds(Goods, product=st.integers(-1, 5), pieces=st.integers(1, 3), amount=st.integers(0, 90_000))


def programme(**values: Any) -> Programme:
    return Programme.model_validate({"currency": "RUB", "usable": {"kind": "at_once"}} | values)


def coffee(**values: Any) -> dict[str, Any]:
    """Ten points a piece of coffee, by its category."""
    rule = {"key": "c", "name": "Coffee", "gives": {"kind": "piece", "points_minor": 1_000}}
    return rule | {"goods": {"categories": ["Gifts"]}} | values


TIERS = {
    "levels": [
        {"key": "silver", "name": "Silver", "from_minor": 100_000, "brings": {"cashback_percent": "10"}},
        {"key": "gold", "name": "Gold", "from_minor": 300_000, "brings": {"factor": "3"}},
    ]
}


def test_a_renamed_category_changes_nothing_of_what_was_earned(db: None) -> None:
    shop = ShopOfRules(programme(rules=[coffee()]))
    bought = Bought("1", [Goods(1, 3, 30_000), Goods(1, 1, 10_000)], [30_000, 10_000])
    shop.tell(shop.order_of(bought), now=AT)
    assert earned("1") == (6_000, {"cashback": 2_000, "rule:c": 4_000})
    moved = NewProduct(source="shop", external_id="P1", name="Cocoa", category="Other", brand="")
    orders_.upsert_products(products=[moved])
    bought.back = {1}
    shop.tell(shop.order_of(bought), now=AT + DAY)
    assert earned("1") == (4_500, {"cashback": 1_500, "rule:c": 3_000})
    another = replace(bought, number="2", back=set())
    shop.tell(shop.order_of(another), now=AT + DAY)
    assert earned("2") == (2_000, {"cashback": 2_000}), "it is no gift any more"


def test_a_tier_reached_later_changes_nothing_of_what_was_earned(db: None) -> None:
    shop = ShopOfRules(programme(tiers=TIERS))
    first = Bought("1", [Goods(0, 1, 150_000)], [150_000])
    shop.tell(shop.order_of(first), now=AT)
    second = replace(first, number="2", at=AT + timedelta(minutes=1))
    shop.tell(shop.order_of(second), now=AT + timedelta(minutes=2))
    third = replace(first, number="3", at=AT + timedelta(minutes=3))
    shop.tell(shop.order_of(third), now=AT + timedelta(minutes=4))
    assert [kept(number).tier for number in "123"] == ["", "silver", "gold"]
    assert earned("1") == (7_500, {"cashback": 7_500})
    assert earned("2") == (15_000, {"cashback": 15_000})
    assert earned("3") == (22_500, {"cashback": 7_500, "tier:gold": 15_000})
    shop.tell(shop.order_of(replace(first, goods=[Goods(0, 1, 100_000)], pays=[100_000])), now=AT + DAY)
    assert earned("1") == (5_000, {"cashback": 5_000})


def test_what_is_given_back_leaves_the_limit_of_later_orders_as_it_was(db: None) -> None:
    shop = ShopOfRules(programme(caps={"period": "month", "period_minor": 8_000}))
    first = Bought("1", [Goods(0, 1, 100_000)], [100_000])
    second = replace(first, number="2", at=AT + timedelta(hours=1))
    next_month = replace(first, number="3", at=AT + 20 * DAY)
    for one in (first, second, next_month):
        shop.tell(shop.order_of(one), now=one.at)
    assert [earned(number)[0] for number in "123"] == [5_000, 3_000, 5_000]
    first.back = {0}
    shop.tell(shop.order_of(first), now=AT + DAY)
    assert [earned(number)[0] for number in "12"] == [0, 3_000]
    fourth = replace(first, number="4", at=AT + 2 * DAY, back=set())
    shop.tell(shop.order_of(fourth), now=AT + 2 * DAY)
    assert earned("4")[0] == 5_000, "what was given back can be earned anew"


def test_an_order_of_somebody_else_is_asked_about_anew(db: None) -> None:
    shop = ShopOfRules(programme(tiers=TIERS))
    grown = Bought("1", [Goods(0, 1, 150_000)], [150_000])
    shop.tell(shop.order_of(grown), now=AT)
    bought = Bought("2", [Goods(0, 1, 100_000)], [100_000], at=AT + timedelta(hours=1))
    shop.tell(shop.order_of(bought), now=AT + DAY)
    assert (kept("2").tier, earned("2")[0]) == ("silver", 10_000)
    bought.profile_id = shop.boris
    shop.tell(shop.order_of(bought), now=AT + DAY)
    assert (kept("2").profile_id, kept("2").tier, earned("2")[0]) == (shop.boris, "", 5_000)
    assert [shop.points(one, at=AT + DAY) for one in (shop.anna, shop.boris)] == [75, 50]


def test_the_example_of_the_manual(db: None) -> None:
    """docs/programme.md, on a Tuesday."""
    rules = [
        coffee(
            key="tea", gives={"kind": "percent", "percent": "10"}, goods={"products": ["Чай"]}, instead=True
        ),
        coffee(
            key="large",
            gives={"kind": "order", "points_minor": 5_000},
            goods={},
            when={"total_from_minor": 300_000},
        ),
        coffee(key="tuesday", gives={"kind": "times", "factor": "2"}, goods={}, when={"weekdays": [2]}),
    ]
    shop = ShopOfRules(programme(rules=rules))
    tuesday = NOW + 2 * DAY
    goods = [Goods(0, 1, 100_000), Goods(1, 1, 250_000)]
    bought = Bought("1", goods, [100_000, 250_000], at=tuesday)
    shop.tell(shop.order_of(bought), now=tuesday)
    shares = {"rule:tea": 10_000, "cashback": 12_500, "rule:tuesday": 22_500, "rule:large": 5_000}
    assert earned("1") == (50_000, shares)
    bought.back = {1}
    shop.tell(shop.order_of(bought), now=tuesday + DAY)
    assert earned("1") == (20_000, {"rule:tea": 10_000, "rule:tuesday": 10_000})


def test_a_cancelled_order_earns_nothing_by_any_rule(db: None) -> None:
    gives = [
        coffee(goods={}),
        coffee(key="o", gives={"kind": "order", "points_minor": 500}, goods={}),
        coffee(key="a", gives={"kind": "amount", "points_minor": 500, "per_minor": 1}, goods={}),
    ]
    shop = ShopOfRules(programme(rules=gives))
    shop.tell(shop.order_of(Bought("1", [Goods(1, 3, 0), Goods(1, 1, 10)], [0, 10])), now=AT)
    assert earned("1")[0] > 0
    gone = Cancellation(source="shop", external_id="1", cancelled_at=AT + DAY)
    orders_.cancel_orders(cancellations=[gone], now=AT + DAY)
    shop.catch_up(AT + DAY)
    assert earned("1") == (0, {})
    assert shop.points(at=AT + DAY) == 0


def test_many_orders_take_as_many_statements_as_one(db: None) -> None:
    rules = [
        coffee(),
        coffee(key="w", when={"who": at_random.SOMEBODY}),
        coffee(key="t", when={"tiers": ["silver"]}),
    ]
    shop = ShopOfRules(programme(rules=rules, tiers=TIERS, caps={"period_minor": 50_000}))
    keys = [("shop", f"N-{n}") for n in range(20)]
    people = list(customers.find_or_create_profiles(keys=keys, now=NOW).values())

    def settled(first: int, of: int) -> int:
        """How many statements the orders of so many people took, one each."""
        told = [
            shop.order_of(Bought(f"{first + n}", [Goods(1, 1, 10_000)], [10_000], profile_id=people[n]))
            for n in range(of)
        ]
        orders_.record_orders(orders=told, now=NOW + DAY)
        with CaptureQueriesContext(connection) as asked:
            shop.catch_up(NOW + DAY)
        return len(asked)

    settled(0, 20)
    one = settled(100, 1)
    assert settled(200, 20) <= one
    assert EarnedOrder.objects.count() == 41


@st.composite
def years(draw: st.DrawFn) -> list[tuple[int, int, int, list[Goods], set[int]]]:
    """Orders: whose, after how many hours, in which channel, of what, and which lines came back."""
    return draw(
        st.lists(
            st.tuples(
                st.integers(0, 1),
                st.integers(0, 24 * 30),
                st.integers(0, 2),
                st.lists(GOODS, min_size=1, max_size=3),
                st.sets(st.integers(0, 2), max_size=2),
            ),
            min_size=2,
            max_size=8,
        )
    )


RANDOM = given(programme=at_random.programmes(), orders=years(), at_once=st.integers(2, 5))


@settings(max_examples=2, deadline=None, suppress_health_check=IN_A_TRANSACTION)
@RANDOM
def test_a_batch_earns_what_its_orders_earn_one_by_one(
    db: None, programme: Programme, orders: list[Any], at_once: int
) -> None:
    settle_both_ways(programme, orders, at_once)


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=IN_A_TRANSACTION)
@RANDOM
def test_batches_earn_what_their_orders_earn_one_by_one(
    db: None, programme: Programme, orders: list[Any], at_once: int
) -> None:
    settle_both_ways(programme, orders, at_once)


def settle_both_ways(programme: Programme, orders: list[Any], at_once: int) -> None:
    with taken_back():
        shop = ShopOfRules(programme)
        ids = told_of(shop, orders)
        books = {size: settled(shop, ids, size) for size in (1, at_once, len(ids))}
    assert books[1] == books[at_once] == books[len(ids)]


def told_of(shop: ShopOfRules, orders: Sequence[Any]) -> list[int]:
    """The ids of the orders, stored as they stand at the end, by when they were ordered."""
    told = []
    for number, (whose, hours, channel, goods, back) in enumerate(orders):
        bought = Bought(
            f"{number}",
            goods,
            [one.amount for one in goods],
            at=NOW + timedelta(hours=hours, minutes=number + 1),
            channel=("", *at_random.CHANNELS)[channel],
            back={place for place in back if place < len(goods)},
            profile_id=(shop.anna, shop.boris)[whose],
        )
        told.append(shop.order_of(bought))
    told.sort(key=lambda order: order.ordered_at)
    orders_.record_orders(orders=told, now=TOLD_AT)
    found = commerce.order_ids([("shop", order.external_id) for order in told])
    return [found["shop", order.external_id] for order in told]


def settled(shop: ShopOfRules, ids: Sequence[int], at_once: int) -> list[Any]:
    """The books after settling so many at once; then all is as before."""
    with taken_back():
        for first in range(0, len(ids), at_once):
            told = [OrderTold(order_id=id_, at=TOLD_AT, began=True) for id_ in ids[first : first + at_once]]
            services.settle_orders(told=told, now=TOLD_AT)
        assert services.settle_again(now=TOLD_AT) == 0, "again as the first time"
        assert queries.verify().findings == ()
        return [
            list(EarnedOrder.objects.order_by("order_id").values()),
            list(Lot.objects.order_by("key").values("key", "settled_minor", "expires_at", "version_id")),
            sorted(Posting.objects.values_list("key", "amount_minor")),
            list(Wallet.objects.order_by("profile_id").values_list("profile_id", "available_minor")),
        ]


@contextlib.contextmanager
def taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
