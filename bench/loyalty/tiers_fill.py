"""Customers with orders of two years and tiers: `python -m bench.loyalty.tiers_fill CUSTOMERS`.

In a database of its own. Every customer has three orders on average, one in ten of these was given back in
part. All are reckoned once; a table like that of the tiers is there to be reckoned by hand-written SQL.
"""

from __future__ import annotations

import sys

import django

django.setup()

from datetime import UTC, datetime  # noqa: E402
from typing import Any  # noqa: E402

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from regulars.events import services as events  # noqa: E402
from regulars.loyalty import services  # noqa: E402
from regulars.loyalty.types import Programme  # noqa: E402

NOW = datetime(2026, 12, 31, 21, 0, tzinfo=UTC)
ORDERS_A_CUSTOMER = 3
PORTION = 10_000
LEVELS = ((1_000_00, 5_000_00, 20_000_00), (1_200_00, 6_000_00, 24_000_00))
"""What the tiers ask for, in turns; some go up and some fall short each time."""

_ROWS = """
INSERT INTO customers_person (id, created_at)
SELECT n, %(now)s - interval '2 years' FROM generate_series(1::bigint, %(customers)s) AS n;

INSERT INTO customers_profile (id, person_id, source, external_id, name, search_key, sort_key, created_at)
SELECT n, n, 'shop', 'K' || n, '', '', '', %(now)s - interval '2 years'
FROM generate_series(1::bigint, %(customers)s) AS n;

INSERT INTO commerce_order (id, source, external_id, profile_id, ordered_at, status, currency, amount_minor,
                            channel, revision, as_of, updated_at)
SELECT n, 'shop', n::text, 1 + n * 7919 %% %(customers)s, at, 'completed', 'RUB',
       5000 + (n * 104729 %% 1000) * (n %% 7) * 100, '', 1, at, at
FROM generate_series(1::bigint, %(customers)s * %(each)s) AS n,
     LATERAL (SELECT %(now)s - make_interval(secs => (n * 15485863 %% 63072000)::int) AS at) AS t;

INSERT INTO commerce_orderreturn (order_id, number, returned_at, amount_minor)
SELECT id, 1, ordered_at, amount_minor / 2 FROM commerce_order WHERE id %% 10 = 0
"""


def programme(turn: int) -> Programme:
    """With tiers that ask for what they do in this turn."""
    levels = [
        {"key": key, "name": key, "from_minor": least, "brings": {"cashback_percent": "7"}}
        for key, least in zip(("silver", "gold", "platinum"), LEVELS[turn % len(LEVELS)], strict=True)
    ]
    return Programme.model_validate({"currency": "RUB", "tiers": {"levels": levels}})


def reckon_all(now: datetime) -> int:
    """As the worker's tick does it, minute after minute; gives how many runs it took."""
    runs = 0
    while services.run_tiers(now=now, limit=PORTION) >= PORTION:
        runs += 1
    return runs + 1


def main(customers: int) -> None:
    call_command("migrate", verbosity=0)
    events.open_epoch_if_moved(now=NOW)
    events.make_months(now=NOW)
    values: dict[str, Any] = {"now": NOW, "customers": customers, "each": ORDERS_A_CUSTOMER}
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0; SET maintenance_work_mem = '512MB'")
        for statement in _ROWS.split(";\n"):
            cursor.execute(statement, values)
        cursor.execute("VACUUM ANALYZE")
    services.publish(programme=programme(0), since=None, now=NOW, user_id=None)
    reckon_all(NOW)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_tiers (LIKE loyalty_tierstanding INCLUDING ALL)")
        cursor.execute("INSERT INTO bench_tiers SELECT * FROM loyalty_tierstanding")
        cursor.execute("CREATE TABLE bench_passed (person_id bigint, tier text, until timestamptz)")
        cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    main(int(sys.argv[1]))
