"""Two programmes, a day each, and orders of both days that have not earned:
`python -m bench.loyalty.earn_fill PLAIN RICH`.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from bench.loyalty.earn_programmes import GOODS, PLAIN, RICH  # noqa: E402
from regulars.commerce import services as commerce  # noqa: E402
from regulars.commerce.types import NewProduct, Order, OrderLine  # noqa: E402
from regulars.customers import services as customers  # noqa: E402
from regulars.events.services import make_months  # noqa: E402
from regulars.loyalty import services as loyalty  # noqa: E402

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SINCE = {"plain": NOW, "rich": NOW + DAY}
SOURCE = "shop"
CUSTOMERS_PER_ORDER = 0.6
PORTION = 5_000


def number(side: str, n: int) -> str:
    return f"{side}-{n:07}"


def main(plain: int, rich: int) -> None:
    call_command("migrate", verbosity=0)
    make_months(now=NOW)
    for side, programme in (("plain", PLAIN), ("rich", RICH)):
        loyalty.publish(programme=programme, since=SINCE[side], now=NOW, user_id=None)
    goods = [
        NewProduct(source=SOURCE, external_id=f"P{n}", name=name, category=category, brand=brand)
        for n, (name, category, brand) in enumerate(GOODS)
    ]
    products = list(commerce.upsert_products(products=goods).values())
    keys = [(SOURCE, f"C-{n}") for n in range(max(1, int(rich * CUSTOMERS_PER_ORDER)))]
    profiles: list[int] = []
    for start in range(0, len(keys), PORTION):
        portion = keys[start : start + PORTION]
        found = customers.find_or_create_profiles(keys=portion, now=NOW)
        profiles += [found[key] for key in portion]
    for side, orders in (("plain", plain), ("rich", rich)):
        for start in range(0, orders, PORTION):
            told = [_order(side, n, profiles, products) for n in range(start, min(orders, start + PORTION))]
            commerce.record_orders(orders=told, now=NOW + 2 * DAY)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _order(side: str, n: int, profiles: list[int], products: list[int]) -> Order:
    return Order(
        source=SOURCE,
        external_id=number(side, n),
        profile_id=profiles[n * 7 % len(profiles)],
        ordered_at=SINCE[side] + timedelta(seconds=n % 80_000),
        currency="RUB",
        channel=("app", "")[n % 2],
        lines=tuple(
            OrderLine(amount_minor=10_000 + n * 37 % 90_000, product_id=products[(n + line) % len(products)])
            for line in range(1 + n % 4)
        ),
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
