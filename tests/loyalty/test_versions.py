"""The programme is edited while orders flow: each is settled by the version it began with, for ever."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from tests.loyalty.shop_with_points import DAY, Shop, back

from regulars.commerce import queries as orders
from regulars.commerce import services as commerce
from regulars.commerce.types import Order, OrderLine
from regulars.customers import services as customers
from regulars.events import registry
from regulars.events import services as events
from regulars.kit import clock
from regulars.loyalty import queries, services
from regulars.loyalty.handlers import CONSUMERS
from regulars.loyalty.models import EarnedOrder
from regulars.loyalty.types import Programme, Version

EDITS = 50
SECONDS_MAX = 120


def test_an_order_that_is_dated_anew_keeps_its_version(db: None) -> None:
    shop = Shop(cashback_percent="5")
    shop.tell(shop.order(1_000))
    shop.publish(since=shop.version.since + 2 * DAY, cashback_percent="50")
    later = shop.version.since + 3 * DAY
    shop.tell(shop.order(1_000, ordered_at=later), now=later + DAY)
    assert shop.points(at=later + DAY) == 50


@pytest.mark.slow
@pytest.mark.timeout(SECONDS_MAX)
@pytest.mark.django_db(transaction=True)
def test_a_programme_edited_fifty_times_while_orders_flow() -> None:
    """A worker settles them all the while; some come back when the next versions hold."""
    with registry.only_consumers(*CONSUMERS):
        events.ensure_consumers(now=clock.now())
    key = ("shop", "C-1")
    profile_id = customers.find_or_create_profiles(keys=[key], now=clock.now())[key]
    worker = start(2 * EDITS)
    percent_of: dict[str, int] = {}
    told: dict[str, Order] = {}
    try:
        for edit in range(EDITS):
            percent = edit % 40 + 1
            published = publish(percent)
            for number in (f"{edit}-a", f"{edit}-b"):
                order = Order(
                    source="shop",
                    external_id=number,
                    profile_id=profile_id,
                    ordered_at=published.since + timedelta(microseconds=1),
                    currency="RUB",
                    lines=(OrderLine(amount_minor=100_000), OrderLine(amount_minor=50_000)),
                )
                told[number], percent_of[number] = order, percent
                commerce.record_orders(orders=[order], now=clock.now())
        out, error = worker.communicate(timeout=SECONDS_MAX)
        assert worker.returncode == 0, error or out
    finally:
        worker.kill()
        worker.wait()
    ids = {id_: number for (_source, number), id_ in order_ids(told).items()}
    by_order = {ids[one.order_id]: one for one in EarnedOrder.objects.select_related("version")}
    assert {n: one.version.document["cashback_percent"] for n, one in by_order.items()} == {
        number: f"{percent}" for number, percent in percent_of.items()
    }
    assert {n: one.points_minor for n, one in by_order.items()} == {
        number: 1_500 * percent for number, percent in percent_of.items()
    }
    give_back(told)
    after = {ids[one.order_id]: one.points_minor for one in EarnedOrder.objects.all()}
    assert after == {number: 1_000 * percent for number, percent in percent_of.items()}
    assert queries.verify().findings == ()


def publish(percent: int) -> Version:
    programme = Programme.model_validate(
        {"cashback_percent": str(percent), "usable": {"kind": "at_once"}, "whole_points": False}
    )
    return services.publish(programme=programme, since=None, now=clock.now(), user_id=None)


def give_back(told: dict[str, Order]) -> None:
    """A line of each, when only the last version holds."""
    now = clock.now()
    some = replace(back(500, line=2), returned_at=now)
    commerce.record_orders(orders=[replace(order, returns=(some,)) for order in told.values()], now=now)
    with registry.only_consumers(*CONSUMERS):
        events.drain(now=now)


def order_ids(told: dict[str, Order]) -> dict[tuple[str, str], int]:
    return orders.order_ids([("shop", number) for number in told])


def start(orders: int) -> subprocess.Popen[str]:
    values = connection.settings_dict
    user = f"{values['USER']}:{values['PASSWORD']}"
    url = f"postgresql://{user}@/{values['NAME']}?host={values['HOST']}&port={values['PORT']}"
    return subprocess.Popen(
        [sys.executable, "-m", "tests.loyalty.earning_worker", str(orders)],
        env=os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "regulars.config.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
