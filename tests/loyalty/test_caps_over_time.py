"""Limits of a period while orders change, go back, come again, and turn out to be nobody's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import transaction
from tests.loyalty.shop_of_rules import earned
from tests.loyalty.shop_with_points import DAY, NOW, Shop, back
from tests.together import together

from regulars.commerce import queries as commerce
from regulars.commerce import services as trade
from regulars.commerce.types import OrderTold
from regulars.loyalty import queries, services
from regulars.loyalty.models import EarnedOrder
from regulars.team.services import save_shop
from regulars.team.types import ShopProfile

LIMIT = 50_00
"""Of a month: what an order of 1,000 roubles earns at 5%."""
LIMIT_OF_MANY = 420_00
"""Eight such orders and two fifths of one."""
ALL_BACK = (back(1_000),)


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop(caps={"period": "month", "period_minor": LIMIT})


def test_a_return_that_is_withdrawn_brings_no_more_than_the_limit_has_left(shop: Shop) -> None:
    first = shop.order(1_000, external_id="A")
    shop.tell(first)
    shop.tell(replace(first, returns=ALL_BACK), now=NOW + 2 * DAY)
    half = shop.order(500, external_id="B", ordered_at=NOW + 2 * DAY)
    shop.tell(half, now=NOW + 2 * DAY)
    shop.tell(replace(first, returns=()), now=NOW + 3 * DAY)
    assert (earned("A"), earned("B")) == ((25_00, {"cashback": 25_00}), (25_00, {"cashback": 25_00}))
    shop.tell(replace(half, returns=(back(500),)), now=NOW + 4 * DAY)
    shop.tell(replace(first, returns=()), now=NOW + 4 * DAY)  # the worker of the night does as much
    services.settle_again(now=NOW + 5 * DAY)
    assert (earned("A")[0], earned("B")[0]) == (LIMIT, 0)
    assert shop.points(at=NOW + 5 * DAY) == 50


def test_an_order_that_grows_earns_no_more_than_the_limit_has_left(shop: Shop) -> None:
    shop.tell(shop.order(500, external_id="A"))
    shop.tell(shop.order(400, external_id="B", ordered_at=NOW + timedelta(hours=2)))
    shop.tell(shop.order(5_000, external_id="A"), now=NOW + 2 * DAY)
    assert (earned("A")[0], earned("B")[0]) == (30_00, 20_00)
    shop.tell(shop.order(5_000, external_id="A"), now=NOW + 3 * DAY)
    assert earned("A")[0] == 30_00


def test_an_order_that_turns_out_to_be_nobodys_leaves_its_room_to_others(shop: Shop) -> None:
    first = shop.order(1_000, external_id="A")
    shop.tell(first)
    nobodys = replace(first, profile_id=None)
    shop.tell(nobodys, shop.order(600, external_id="B", ordered_at=NOW + DAY), now=NOW + 2 * DAY)
    assert (earned("A"), earned("B")[0]) == ((0, {}), 30_00)
    shop.tell(first, now=NOW + 3 * DAY)
    assert (earned("A")[0], earned("B")[0], shop.points(at=NOW + 3 * DAY)) == (20_00, 30_00, 50)


def test_a_changed_zone_moves_no_order_into_another_month(shop: Shop) -> None:
    """An hour before midnight in London it is April in Moscow."""
    moment = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)  # 23:30 there, and 1:30 of the first of April
    save_shop(shop=ShopProfile(timezone="Europe/London"), user_id=None, now=NOW)
    first = shop.order(600, external_id="A", ordered_at=moment)
    shop.tell(first, now=moment)
    save_shop(shop=ShopProfile(timezone="Europe/Moscow"), user_id=None, now=moment)
    later = moment + timedelta(minutes=10)
    shop.tell(shop.order(900, external_id="B", ordered_at=later), now=later)
    assert (earned("A")[0], earned("B")[0]) == (30_00, 45_00)  # each has a month of its own to fill
    shop.tell(shop.order(5_000, external_id="A", ordered_at=moment), now=later)
    shop.tell(shop.order(900, external_id="C", ordered_at=moment + DAY), now=moment + DAY)
    assert (earned("A")[0], earned("B")[0], earned("C")[0]) == (LIMIT, 45_00, 5_00)
    days = EarnedOrder.objects.order_by("day").values_list("day", flat=True)
    assert [f"{day:%d.%m}" for day in days] == ["31.03", "01.04", "02.04"]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_32_at_once_that_come_go_back_and_stand_again_fill_the_limit_and_no_more() -> None:
    shop = Shop(caps={"period": "month", "period_minor": LIMIT_OF_MANY})
    first = dict.fromkeys(range(32), 1000.0)
    assert _all_at_once(shop, first, NOW + 2 * DAY) == LIMIT_OF_MANY
    filled = [one.order_id for one in EarnedOrder.objects.filter(points_minor__gt=0)]
    ids = _ids(first)
    back_again = {number: -1_000.0 if ids[number] in filled else 1_000.0 for number in first}
    more = dict.fromkeys(range(32, 48), 300.0)
    has = _all_at_once(shop, back_again | more, NOW + 3 * DAY)
    assert has <= LIMIT_OF_MANY
    # Whoever comes when all is settled has what is left, to the last point.
    assert _all_at_once(shop, {48: 10_000.0}, NOW + 4 * DAY) == LIMIT_OF_MANY
    assert _all_at_once(shop, first, NOW + 5 * DAY) == LIMIT_OF_MANY
    assert shop.points(at=NOW + 5 * DAY) * 100 == LIMIT_OF_MANY
    assert queries.verify().findings == ()


def _all_at_once(shop: Shop, roubles: Mapping[int, float], now: datetime) -> int:
    """Each of these orders is settled by somebody of their own, below zero when all of it came back; gives
    what all there are earn."""
    told = [
        shop.order(
            abs(amount),
            external_id=f"M-{number}",
            ordered_at=NOW + timedelta(minutes=number),
            returns=(back(-amount),) if amount < 0 else (),
        )
        for number, amount in roubles.items()
    ]
    trade.record_orders(orders=told, now=now)
    done = together([partial(_settle, id_, now) for id_ in _ids(roubles).values()])
    assert not [error for error in done if error]
    return sum(EarnedOrder.objects.values_list("points_minor", flat=True))


def _ids(numbers: Iterable[int]) -> dict[int, int]:
    found = commerce.order_ids([("shop", f"M-{number}") for number in numbers])
    return {number: found["shop", f"M-{number}"] for number in numbers}


def _settle(order_id: int, now: datetime) -> None:
    with transaction.atomic():
        services.settle_orders(told=[OrderTold(order_id=order_id, at=now, began=True)], now=now)
