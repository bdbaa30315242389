"""Limits of what may be earned, and many orders of one customer settled at the same moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from tests.loyalty.shop_with_points import DAY, NOW, Shop
from tests.together import together

from regulars.commerce import queries as commerce
from regulars.commerce import services as trade
from regulars.commerce.types import OrderTold
from regulars.customers import queries as people
from regulars.customers import services as customers
from regulars.loyalty import queries, services
from regulars.loyalty.models import EarnedOrder

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ORDERS = 32
EACH = 50_00
"""What an order of 1,000 roubles earns at 5%, in hundredths of a point."""
PERIOD = 420_00
"""The limit of a period: eight orders and two fifths of one."""


def orders_of(shop: Shop, profiles: Sequence[int]) -> list[int]:
    """So many orders of that day, by turns of these profiles; nobody has settled them."""
    wanted = [
        shop.order(
            1000,
            external_id=f"M-{number}",
            profile_id=profiles[number % len(profiles)],
            ordered_at=NOW + timedelta(minutes=number),
        )
        for number in range(ORDERS)
    ]
    trade.record_orders(orders=wanted, now=NOW + DAY)
    return list(commerce.order_ids([("shop", one.external_id) for one in wanted]).values())


def settle(order_id: int) -> None:
    with transaction.atomic():
        services.settle_orders(told=[OrderTold(order_id=order_id, at=NOW + DAY, began=True)], now=NOW + DAY)


def careless(shop: Shop, order_id: int) -> None:
    """What it would be without the lock: what the period has left is looked at first, and taken then."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(points_minor), 0) FROM loyalty_earnedorder")
        left = PERIOD - cursor.fetchone()[0]
        cursor.execute("SELECT pg_sleep(0.2)")
        EarnedOrder.objects.create(
            order_id=order_id,
            profile_id=shop.anna,
            version_id=shop.version.id,
            day=NOW.date(),
            room_minor=left,
            points_minor=max(0, min(EACH, left)),
        )


def earned() -> list[int]:
    return sorted(EarnedOrder.objects.values_list("points_minor", flat=True), reverse=True)


def all_of(shop: Shop, profiles: Sequence[int]) -> list[Any]:
    return [e for e in together([partial(settle, id_) for id_ in orders_of(shop, profiles)]) if e]


def test_who_looks_first_and_takes_then_earns_more_than_the_limit() -> None:
    shop = Shop(caps={"period": "month", "period_minor": PERIOD})
    ids = orders_of(shop, [shop.anna])
    assert not [e for e in together([partial(careless, shop, id_) for id_ in ids]) if e]
    assert sum(earned()) > PERIOD


@pytest.mark.parametrize("period", ["day", "month"])
def test_exactly_the_limit_of_the_period_is_earned(period: str) -> None:
    shop = Shop(caps={"period": period, "period_minor": PERIOD})
    assert not all_of(shop, [shop.anna])
    assert earned() == [EACH] * 8 + [PERIOD - 8 * EACH] + [0] * (ORDERS - 9)
    assert shop.points() == PERIOD // 100
    assert queries.verify().findings == ()


def test_profiles_of_one_person_share_the_limit() -> None:
    shop = Shop(caps={"period": "month", "period_minor": PERIOD})
    pair = [_person(shop.anna), _person(shop.boris)]
    customers.merge(pairs=[(pair[0], pair[1])], now=NOW)
    assert not all_of(shop, [shop.anna, shop.boris])
    assert sum(earned()) == PERIOD
    assert queries.verify().findings == ()


def test_each_order_has_its_own_limit_beside_that_of_the_period() -> None:
    shop = Shop(caps={"order_minor": 30_00, "period": "month", "period_minor": PERIOD})
    assert not all_of(shop, [shop.anna])
    assert earned() == [30_00] * 14 + [0] * (ORDERS - 14)
    assert queries.verify().findings == ()


def _person(profile_id: int) -> int:
    return people.profiles([profile_id])[profile_id].person_id
