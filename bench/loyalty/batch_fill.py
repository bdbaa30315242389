"""A shop with a programme and orders that have not earned: `python -m bench.loyalty.batch_fill ORDERS`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from regulars.commerce import services as commerce  # noqa: E402
from regulars.commerce.types import Order, OrderLine  # noqa: E402
from regulars.customers import services as customers  # noqa: E402
from regulars.events.services import make_months  # noqa: E402
from regulars.loyalty import services as loyalty  # noqa: E402
from regulars.loyalty.types import Programme  # noqa: E402

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
SOURCE = "shop"
CUSTOMERS_PER_ORDER = 0.6
PORTION = 5_000


def number(n: int) -> str:
    return f"{n:07}"


def main(orders: int) -> None:
    call_command("migrate", verbosity=0)
    make_months(now=NOW)
    loyalty.publish(programme=Programme(), since=None, now=NOW, user_id=None)
    keys = [(SOURCE, f"C-{n}") for n in range(max(1, int(orders * CUSTOMERS_PER_ORDER)))]
    profiles: list[int] = []
    for start in range(0, len(keys), PORTION):
        portion = keys[start : start + PORTION]
        found = customers.find_or_create_profiles(keys=portion, now=NOW)
        profiles += [found[key] for key in portion]
    for start in range(0, orders, PORTION):
        told = [_order(n, profiles) for n in range(start, min(orders, start + PORTION))]
        commerce.record_orders(orders=told, now=NOW + timedelta(days=1))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _order(n: int, profiles: list[int]) -> Order:
    return Order(
        source=SOURCE,
        external_id=number(n),
        profile_id=profiles[n * 7 % len(profiles)],
        ordered_at=NOW + timedelta(seconds=n % 80_000),
        currency="RUB",
        lines=tuple(OrderLine(amount_minor=10_000 + n * 37 % 90_000) for _ in range(1 + n % 4)),
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
