"""Challenges count what stands, and give and take back by it, however it is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.loyalty.shop_with_points import DAY, NOW, Shop, back

from regulars.commerce.types import OrderLine
from regulars.loyalty.models import ChallengeProgress, ChallengeReached, Grant, Lot, Stamp


def third_order(**values: Any) -> dict[str, Any]:
    """100 points for each third order."""
    return {
        "key": "third",
        "name": "Third order",
        "counted": {"kind": "orders"},
        "times": 3,
        "repeats": True,
        "benefit": {"kind": "points", "points_minor": 10_000},
        **values,
    }


def shop_with(*challenges: dict[str, Any]) -> Shop:
    return Shop(cashback_percent=0, challenges=challenges)


@pytest.fixture
def shop(db: None) -> Shop:
    return shop_with(third_order())


def orders(shop: Shop, *numbers: int, **values: Any) -> None:
    """One order each hour."""
    shop.tell(*(order(shop, number, **values) for number in numbers))


def order(shop: Shop, number: int, *roubles: float, **values: Any) -> Any:
    told = {"external_id": str(number), "ordered_at": NOW + timedelta(hours=number)}
    return shop.order(*roubles, **told | values)


def test_each_third_order_brings_points(shop: Shop) -> None:
    orders(shop, 1, 2)
    assert shop.points() == 0
    orders(shop, 3)
    assert shop.points() == 100
    orders(shop, 3)
    orders(shop, 4, 5, 6, 7)
    assert shop.points() == 200
    assert list(ChallengeReached.objects.order_by("number").values_list("number", "state")) == [
        (1, "given"),
        (2, "given"),
    ]
    progress = ChallengeProgress.objects.get()
    assert (progress.done, progress.reached, progress.until) == (1, 2, None)


def test_an_order_given_back_counts_no_more(shop: Shop) -> None:
    orders(shop, 1, 2, 3)
    given_back = order(shop, 2, returns=(back(2000),))
    shop.tell(given_back)
    assert shop.points() == 0
    assert Grant.objects.get().state == "withdrawn"
    orders(shop, 4)
    assert shop.points() == 100
    assert Grant.objects.get().round == 2
    shop.tell(replace(given_back, returns=()))
    assert shop.points() == 100
    orders(shop, 5, 6)
    assert shop.points() == 200


def test_history_counts_nothing_but_what_it_tells_of_orders_that_counted(shop: Shop) -> None:
    shop.tell(*(order(shop, number) for number in (1, 2, 3)), backfill=True)
    assert not Stamp.objects.exists()
    orders(shop, 4, 5, 6)
    assert shop.points() == 100
    shop.tell(order(shop, 5, returns=(back(2000),)), backfill=True)
    assert shop.points() == 0


def test_an_order_that_turns_out_to_be_somebody_elses(shop: Shop) -> None:
    orders(shop, 1, 2)
    shop.tell(order(shop, 3, profile_id=shop.boris))
    assert shop.points() == 0
    shop.tell(order(shop, 3))
    assert (shop.points(), shop.points(shop.boris)) == (100, 0)
    shop.tell(order(shop, 3, profile_id=None))
    assert shop.points() == 0
    shop.tell(order(shop, 3, profile_id=shop.boris))
    assert shop.points(shop.boris) == 0
    shop.tell(order(shop, 3))
    assert shop.points() == 100
    assert ChallengeProgress.objects.filter(challenge="third").count() == 1


def test_pieces_of_goods_make_a_stamp_card(db: None) -> None:
    card = third_order(
        shape="stamps",
        times=6,
        counted={"kind": "orders", "pieces": True, "goods": {"categories": ["Кофе"]}},
    )
    shop = shop_with(card)
    shop.tell(order(shop, 1, 900))
    assert Stamp.objects.get().challenge == ""
    assert shop.points() == 0
    assert Lot.objects.count() == 0


def test_a_small_order_counts_when_it_becomes_large_enough(db: None) -> None:
    shop = shop_with(
        third_order(times=1, repeats=False, counted={"kind": "orders", "total_from_minor": 100_000})
    )
    shop.tell(order(shop, 1, 900))
    assert shop.points() == 0
    shop.tell(order(shop, 1, 1000))
    assert shop.points() == 100
    shop.tell(order(shop, 1, 1000, lines=(OrderLine(amount_minor=99_999),)), now=NOW + DAY)
    assert shop.points() == 0
