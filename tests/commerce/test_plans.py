"""The reads of a batch go through indexes however many orders there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from regulars.commerce import locks
from regulars.commerce.queries import orders, pages
from regulars.commerce.services import links, reckoning, shipments
from regulars.kit import lake

ROWS = 20_000


@pytest.fixture(scope="module")
def _many(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A shop of so many orders, for all tests of this module."""
    with django_db_blocker.unblock(), transaction.atomic():
        _fill()
        yield
        transaction.set_rollback(True)


def _fill() -> None:
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
            SELECT n, 1, timestamptz '2026-01-02' + n * interval '1 hour', 1
            FROM generate_series(1, %(rows)s) AS n;
            INSERT INTO commerce_credit (source, external_id, order_external_id, order_id, profile_id,
                                         credited_at, amount_minor, currency, channel, backfill, told)
            SELECT 'shop', n::text, n::text, CASE WHEN n %% 2 = 0 THEN n END, n,
                   timestamptz '2026-01-02' + n * interval '1 hour', 1, 'RUB', '', true, 'backfill'
            FROM generate_series(1, %(rows)s) AS n;
            UPDATE commerce_order SET ordered_at = ordered_at + id * interval '1 hour';
            """,
            {"rows": ROWS},
        )
        for table in ("order", "orderline", "orderreturn", "credit"):
            cursor.execute(f"ANALYZE commerce_{table}")
        cursor.execute("ANALYZE customers_profile")


WHOLE = r"Seq Scan on commerce_(order\b|orderline|orderreturn|credit)"


def plan(statement: str, *values: object, **named: object) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}", named or values)
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
        assert not re.search(WHOLE, text), text


@pytest.mark.usefixtures("_many")
def test_orders_of_a_customer_are_found_by_the_customer() -> None:
    text = plan("SELECT * FROM commerce_order WHERE profile_id = 17 ORDER BY ordered_at DESC LIMIT 20")
    assert "commerce_order_of_profile" in text


@pytest.mark.usefixtures("_many")
def test_a_month_for_the_lake_is_read_by_its_moment() -> None:
    (table,) = [table for table in lake.registered() if table.name == "order_lines"]
    text = plan(
        f"SELECT * FROM ({table.query}) AS t WHERE {table.moment} >= %s AND {table.moment} < %s",
        "2026-05-01+00",
        "2026-06-01+00",
    )
    for index in ("order", "orderreturn", "credit"):
        assert f"commerce_{index}_by_moment" in text
    # The orders that returns belong to may well be read whole in a shop as small as this one.
    assert not re.search(r"Seq Scan on commerce_(orderreturn|credit)\b", text), text


@pytest.mark.usefixtures("_many")
@pytest.mark.parametrize("column", ["profile_id", "customer_id"])
def test_lines_of_touched_customers_are_found_by_the_customer(column: str) -> None:
    text = plan(f"SELECT * FROM facts_order_lines WHERE {column} = ANY(%s::bigint[])", [5, 70, 900])
    assert "commerce_order_of_profile" in text
    assert "commerce_credit_of_profile" in text
    assert not re.search(WHOLE, text), text


@pytest.mark.usefixtures("_many")
def test_what_names_orders_is_found_by_indexes() -> None:
    keys = [["shop"] * 50, [str(n * 7) for n in range(50)]]
    ids = [n * 7 for n in range(1, 51)]
    for text in (
        plan(links._KNOWN, *keys),
        plan(links._HOLD_NAMED, *keys, *keys),
        plan(links._LINK, orders=ids, backfill=True),
        plan(links._UNLINK, orders=ids, all=True, forget=True),
        plan(reckoning._SETTLE, orders=ids, backfill=True),
        plan(shipments._LINK, orders=ids, backfill=True),
        plan(locks._LOCK_CREDITS, *keys),
    ):
        assert not re.search(WHOLE, text), text


@pytest.mark.usefixtures("_many")
def test_pages_read_by_indexes() -> None:
    last = plan(pages._LAST, [5, 70], 20, 20)
    assert "commerce_order_of_profile" in last
    assert not re.search(WHOLE, last), last
    assert not re.search(WHOLE, plan(pages._LINES, [5, 70, 900]))


@pytest.mark.usefixtures("_many")
def test_what_may_point_to_a_product_or_a_profile_is_found_by_an_index() -> None:
    for query in (
        "SELECT 1 FROM commerce_orderline WHERE product_id = 5",
        "SELECT 1 FROM commerce_credit WHERE product_id = 5",
        "SELECT 1 FROM commerce_order WHERE branch_id = 5",
        "SELECT 1 FROM commerce_credit WHERE profile_id = 5",
        "SELECT 1 FROM commerce_credit WHERE order_id = 5",
        "SELECT 1 FROM commerce_credit WHERE source = 'shop' AND order_external_id = '5'"
        " AND order_id IS NULL AND order_external_id <> ''",
    ):
        assert not re.search(WHOLE, plan(query)), query


@pytest.mark.usefixtures("_many")
def test_pages_go_through_indexes() -> None:
    for values, index in (
        ({"profile_ids": [5, 70]}, "commerce_order_of_profile"),
        ({"updated_since": datetime(2026, 2, 1, tzinfo=UTC)}, "commerce_order_by_change"),
        ({}, "commerce_order_pkey"),
    ):
        statement, parameters = orders._page(
            after=None, limit=20, **{"profile_ids": None, "updated_since": None, "branch_id": None} | values
        )
        with connection.cursor() as cursor:
            text = plan(statement.as_string(cursor.cursor), *parameters)
        assert index in text, text
        assert not re.search(WHOLE, text), text
