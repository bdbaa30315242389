"""The reads of a batch go through indexes however many orders there are."""

from __future__ import annotations

import re

import pytest
from django.db import connection

from regulars.commerce import locks

ROWS = 20_000


@pytest.fixture
def _many(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO customers_person (id, created_at)
            SELECT n, '2026-01-01' FROM generate_series(1, %(rows)s) AS n;
            INSERT INTO customers_profile
                (id, person_id, source, external_id, name, search_key, sort_key, created_at)
            SELECT n, n, 'shop', n::text, '', '', '', '2026-01-01' FROM generate_series(1, %(rows)s) AS n;
            INSERT INTO commerce_order (id, source, external_id, profile_id, ordered_at, status, amount_minor,
                                        currency, channel, revision)
            SELECT n, 'shop', n::text, n, '2026-01-01', 'completed', 1, 'RUB', '', 1
            FROM generate_series(1, %(rows)s) AS n;
            INSERT INTO commerce_orderline (order_id, number, quantity, amount_minor)
            SELECT n, 1, 1, 1 FROM generate_series(1, %(rows)s) AS n;
            INSERT INTO commerce_orderreturn (order_id, number, returned_at, amount_minor)
            SELECT n, 1, '2026-01-02', 1 FROM generate_series(1, %(rows)s) AS n;
            """,
            {"rows": ROWS},
        )
        for table in ("customers_profile", "commerce_order", "commerce_orderline", "commerce_orderreturn"):
            cursor.execute(f"ANALYZE {table}")


def plan(statement: str, *values: object) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}", values)
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.usefixtures("_many")
def test_nothing_is_read_whole() -> None:
    keys = [["shop"] * 50, [str(n * 7) for n in range(50)]]
    ids = [n * 7 for n in range(1, 51)]
    plans = {
        "commerce_order_key": plan(locks._LOCK_ORDERS, *keys),
        "commerce_orderline_number": plan(locks._LINES, ids),
        "commerce_orderreturn_number": plan(locks._RETURNS, ids),
    }
    for index, text in plans.items():
        assert index in text
        assert not re.search(r"Seq Scan on (customers|commerce)_(profile|order\b|orderreturn)", text), text


@pytest.mark.usefixtures("_many")
def test_orders_of_a_customer_are_found_by_the_customer() -> None:
    text = plan("SELECT * FROM commerce_order WHERE profile_id = 17 ORDER BY ordered_at DESC LIMIT 20")
    assert "commerce_order_of_profile" in text
