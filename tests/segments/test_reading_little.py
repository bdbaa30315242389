"""One customer costs a look at what is theirs, a minute a look at what is of it, whatever there is else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker
from tests.segments.asked import NOW, SHOP

from regulars.segments.compiling import Statement, compile_condition
from regulars.segments.ready import READY
from regulars.segments.types import (
    AllOf,
    AnyOf,
    Bought,
    DaysAgo,
    Did,
    Has,
    InSegment,
    Known,
    Not,
    OneOf,
    Range,
    Sequence,
    Step,
    Where,
    Within,
)

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
PEOPLE, ORDERS, EVENTS = 4_000, 20_000, 40_000
LITTLE = 150
"""Rows; of everybody there are hundreds of times as many."""

FILL = """
INSERT INTO customers_person (id, created_at) SELECT n, %(now)s FROM generate_series(1, %(people)s) AS n;
INSERT INTO customers_profile (id, person_id, source, external_id, name, search_key, sort_key, created_at)
SELECT n, n, 'shop', n::text, '', '', '', %(now)s FROM generate_series(1, %(people)s) AS n;
INSERT INTO customers_personattributes (person_id, city)
SELECT n, 'Тула' FROM generate_series(1, %(people)s) AS n;
INSERT INTO commerce_product (id, source, external_id, name, category)
SELECT n, 'shop', n::text, n::text, 'Чай' FROM generate_series(1, 20) AS n;
INSERT INTO commerce_order (id, source, external_id, profile_id, ordered_at, status, amount_minor, currency,
                            channel, revision)
SELECT n, 'shop', n::text, 1 + n %% %(people)s, %(now)s - n * interval '30 minutes', 'completed', 100,
    'RUB', '', 1
FROM generate_series(1, %(orders)s) AS n;
INSERT INTO commerce_orderline (id, order_id, number, product_id, quantity, amount_minor)
SELECT n, n, 1, 1 + n %% 20, 1, 100 FROM generate_series(1, %(orders)s) AS n;
INSERT INTO commerce_orderreturn (order_id, number, line_id, returned_at, amount_minor)
SELECT n, 1, n, %(now)s, 10 FROM generate_series(1, %(orders)s, 10) AS n;
INSERT INTO commerce_credit (source, external_id, order_external_id, order_id, profile_id, product_id,
                             credited_at, amount_minor, currency, channel, backfill, told)
SELECT 'shop', n::text, n::text, n, 1 + n %% %(people)s, 1 + n %% 20, %(now)s, 10, 'RUB', '', true, 'backfill'
FROM generate_series(5, %(orders)s, 10) AS n;
INSERT INTO events (class, name, source, key, occurred_at, received_at, profile_id, properties, epoch)
SELECT CASE WHEN n %% 4 = 0 THEN 'fact' ELSE 'browsing' END,
    (ARRAY['order_completed', 'product_viewed', 'product_added', 'waved'])[1 + n %% 4], 'test', n::text,
    %(now)s - n * interval '15 minutes', %(now)s, 1 + n %% %(people)s, '{"how": "so"}', 1
FROM generate_series(1, %(events)s) AS n;
INSERT INTO event_counts SELECT profile_id, name, min(occurred_at), max(occurred_at), count(*) FROM events
GROUP BY 1, 2;
INSERT INTO segments_segment (id, name, kind, state, created_at) VALUES (7, 'a', 'static', 'ready', %(now)s);
INSERT INTO segments_member (segment_id, person_id, since)
SELECT 7, n, %(now)s FROM generate_series(1, %(people)s) AS n
"""
_ALL = AllOf(
    (
        Bought(at_least=3, amount=Range(low=Decimal(1))),
        Has("commerce.last_order_at", DaysAgo(at_least=60)),
        AnyOf((Bought(where=(Where("category", OneOf(("Чай",))),)), InSegment(7))),
        Bought(amount=Range(low=Decimal(1)), where=(Where("category", OneOf(("Чай",))),)),
        Has("customers.city", OneOf(("Тула",))),
        Has("customers.consent_email", Known()),
        Not(Did("product_viewed", within=Within(days=30))),
        Did("waved", where=(Where("how", OneOf(("so",))),)),
        Did("waved", at_least=2),
        Sequence(Step("product_viewed"), Step("order_completed"), minutes=60, happened=False, days=30),
    )
)
CONDITIONS = {"all": _ALL} | {
    ready.key: ready.condition for ready in READY if "analytics" not in repr(ready.condition)
}


@pytest.fixture(scope="module")
def _filled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        with connection.cursor() as cursor:
            values = {"now": NOW, "people": PEOPLE, "orders": ORDERS, "events": EVENTS}
            cursor.execute(FILL, values)
            cursor.execute("ANALYZE")
        yield
        transaction.set_rollback(True)


def rows_read(statement: Statement) -> float:
    """How many rows the server takes out of tables."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement.query}", statement.params)
        ((plan,),) = cursor.fetchall()
    return sum(_rows(plan[0]["Plan"]))


def _rows(node: dict[str, Any]) -> Iterator[float]:
    if "Relation Name" in node:
        removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        yield (node["Actual Rows"] + removed) * node["Actual Loops"]
    for part in node.get("Plans", ()):
        yield from _rows(part)


@pytest.mark.usefixtures("_filled")
@pytest.mark.parametrize("key", CONDITIONS)
def test_one_customer_costs_what_is_theirs(key: str) -> None:
    ready = compile_condition(CONDITIONS[key], surroundings=SHOP)
    for person in (1, 17, 3_999):
        assert rows_read(ready.among(NOW, [person], [person])) <= LITTLE
    if key == "all":  # it is counted rightly
        assert rows_read(ready.everybody(NOW)) >= PEOPLE


@pytest.mark.usefixtures("_filled")
@pytest.mark.parametrize("key", CONDITIONS)
def test_a_minute_costs_what_is_of_it(key: str) -> None:
    ready = compile_condition(CONDITIONS[key], surroundings=SHOP)
    at = NOW + timedelta(minutes=7)
    minute = ready.may_have_changed(at, at + timedelta(minutes=1))
    assert minute is None or rows_read(minute) <= LITTLE
    # Of a day, nothing but what is of days like it.
    quarter = ready.may_have_changed(at, at + timedelta(minutes=15))
    assert quarter is None or rows_read(quarter) <= 3 * PEOPLE
