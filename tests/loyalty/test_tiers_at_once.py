"""Many who reckon one customer at the same moment."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, transaction
from tests.loyalty.shop_with_points import NOW
from tests.loyalty.tiered import DAY, Tiered, person_of, told
from tests.together import together

from regulars.commerce import services as commerce
from regulars.commerce.types import OrderLine
from regulars.loyalty import services
from regulars.loyalty.models import TierStanding

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
WORKERS = 8


def _order(shop: Tiered, n: int) -> None:
    line = OrderLine(amount_minor=700_00)
    order = shop.order(external_id=f"M-{n}", ordered_at=NOW + timedelta(minutes=n), lines=(line,))
    with transaction.atomic():
        commerce.record_orders(orders=[order], now=NOW + DAY)
        services.reckon_tiers(profile_ids=[shop.anna], now=NOW + DAY)


def _careless(shop: Tiered, n: int) -> None:
    """What it would be without the lock: read, then write what was read."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(amount_minor), 0) FROM facts_orders WHERE profile_id = %s", [shop.anna]
        )
        before = cursor.fetchone()[0]
        line = OrderLine(amount_minor=700_00)
        order = shop.order(external_id=f"M-{n}", ordered_at=NOW + timedelta(minutes=n), lines=(line,))
        commerce.record_orders(orders=[order], now=NOW + DAY)
        cursor.execute("SELECT pg_sleep(0.2)")
        cursor.execute(
            "INSERT INTO loyalty_tierstanding (person_id, measured_minor) VALUES (%s, %s) "
            "ON CONFLICT (person_id) DO UPDATE SET measured_minor = excluded.measured_minor",
            [person_of(shop.anna), before + 700_00],
        )


def test_without_the_lock_what_others_bought_meanwhile_is_lost() -> None:
    shop = Tiered()
    assert not [e for e in together([partial(_careless, shop, n) for n in range(WORKERS)]) if e]
    assert TierStanding.objects.get().measured_minor < WORKERS * 700_00


def test_orders_of_one_customer_at_the_same_moment_all_count() -> None:
    shop = Tiered()
    assert not [e for e in together([partial(_order, shop, n) for n in range(WORKERS)]) if e]
    standing = TierStanding.objects.get()
    assert (standing.measured_minor, standing.tier) == (WORKERS * 700_00, "gold")
    assert told() == [("tier_reached", "silver"), ("tier_reached", "gold")]


def test_two_workers_go_through_everybody_once() -> None:
    shop = Tiered()
    for n in range(30):
        _order(shop, n)
    lower = {"levels": [{"key": "silver", "name": "Silver", "from_minor": 100_00}]}
    shop.publish(NOW + 2 * DAY, tiers=lower)
    run = partial(services.run_tiers, now=NOW + 2 * DAY, limit=1_000)
    assert all(isinstance(done, int) for done in together([run] * 4))
    shop.pass_time(NOW + 2 * DAY)
    assert shop.tier() == "silver"
