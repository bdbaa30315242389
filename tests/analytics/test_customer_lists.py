"""Lists of customers: filtered, in order, a page at a time, upwards and downwards, each by an index."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest
from django.db import connection

from regulars.analytics import queries
from regulars.analytics.models import CustomerFigures
from regulars.analytics.types import CustomerRow, Sort

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

NOW = datetime(2026, 3, 15, tzinfo=UTC)
SEGMENTS, STAGES = ("champions", "lost", "new"), ("regular", "at_risk", "lapsed")
SORTS: tuple[Sort, ...] = get_args(Sort)


def row(person_id: int, **values: Any) -> CustomerFigures:
    known = {
        "profile_id": person_id,
        "orders": 0,
        "revenue_minor": 0,
        "currency": "RUB",
        "purchase_days": 0,
        "computed_at": NOW,
    }
    return CustomerFigures(person_id=person_id, **known | values)


@pytest.fixture
def rows() -> list[CustomerFigures]:
    """Many who tie, and some who never ordered."""
    chance = random.Random(5)  # noqa: S311
    made = [
        row(
            n,
            orders=chance.randrange(1, 4),
            revenue_minor=chance.randrange(1, 9) * 100,
            first_day=date(2025, 1, 1) + timedelta(days=chance.randrange(5)),
            last_day=date(2026, 1, 1) + timedelta(days=chance.randrange(5)),
            segment=chance.choice(SEGMENTS),
            stage=chance.choice(STAGES),
            m=chance.randrange(1, 6),
        )
        for n in range(1, 80)
    ]
    made += [row(n) for n in range(80, 90)]
    CustomerFigures.objects.bulk_create(made)
    return made


def _key(sort: Sort) -> Any:
    column = {
        "last_day": "last_day",
        "first_day": "first_day",
        "revenue": "revenue_minor",
        "orders": "orders",
    }[sort]

    def key(one: CustomerFigures) -> Any:
        value = getattr(one, column)
        return (value is not None, value or date.min if "day" in column else value, one.person_id)

    return key


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize(
    ("segment", "stage"), [(None, None), ("lost", None), (None, "at_risk"), ("champions", "lapsed")]
)
def test_pages_follow_each_other_both_ways(
    rows: list[CustomerFigures], sort: Sort, segment: Any, stage: Any
) -> None:
    wanted = [r for r in rows if segment in (None, r.segment) and stage in (None, r.stage)]
    expected = [r.person_id for r in sorted(wanted, key=_key(sort), reverse=True)]

    def page(**place: Any) -> list[CustomerRow]:
        return queries.customers_page(segment=segment, stage=stage, sort=sort, limit=7, **place)

    down: list[list[CustomerRow]] = [page()]
    while following := page(after=down[-1][-1].position(sort)):
        down.append(following)
    assert [r.person_id for r in itertools.chain(*down)] == expected
    up = [down[-1]]
    while above := page(before=up[-1][0].position(sort)):
        up.append(above)
    assert [r.person_id for r in itertools.chain(*reversed(up))] == expected


@pytest.mark.parametrize(
    "text", ["", "nonsense", "2026-13-40_5", "12_", "_", "1_2; DROP TABLE x", "2026-01-01_²"]
)
def test_what_is_no_position_is_passed_over(rows: list[CustomerFigures], text: str) -> None:
    assert queries.customers_page(after=text, limit=3) == queries.customers_page(limit=3)


def test_a_position_of_another_order_does_no_harm(rows: list[CustomerFigures]) -> None:
    assert queries.customers_page(sort="revenue", after="2026-01-01_5", limit=3)
    assert queries.customers_page(sort="last_day", after="500_5", limit=3)


def test_whom_to_look_at_today(rows: list[CustomerFigures]) -> None:
    slipping = [r for r in rows if r.m == 5 and r.orders >= 2 and r.stage in {"at_risk", "lapsed"}]
    expected = sorted(slipping, key=lambda r: (r.revenue_minor, r.person_id), reverse=True)
    assert len(expected) > 5
    found = queries.look_at_today(5)
    assert [r.person_id for r in found] == [r.person_id for r in expected[:5]]


def test_one_customer(rows: list[CustomerFigures]) -> None:
    found = queries.figures_of(3)
    assert found is not None
    assert (found.person_id, found.currency, found.computed_at) == (3, "RUB", NOW)
    assert queries.figures_of(10**9) is None


FILTERS: tuple[dict[str, str], ...] = (
    {},
    {"segment": "lost"},
    {"stage": "at_risk"},
    {"segment": "new", "stage": "lapsed"},
)


def test_each_list_is_read_from_an_index(django_assert_num_queries: Any) -> None:
    """Of 20,000 customers, whatever is asked for: nothing is scanned or sorted as a whole."""
    with connection.cursor() as cursor:
        cursor.execute(_MANY)
        cursor.execute("ANALYZE analytics_customerfigures")
    for sort in SORTS:
        place = queries.customers_page(sort=sort, limit=50)[-1].position(sort)
        for filters, at in itertools.product(FILTERS, ({}, {"after": place}, {"before": place})):
            with django_assert_num_queries(1) as captured:
                queries.customers_page(sort=sort, limit=20, **filters, **at)
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN " + captured.captured_queries[0]["sql"])
                plan = "\n".join(line for (line,) in cursor.fetchall())
            said = (sort, filters, at, plan)
            assert "Seq Scan" not in plan, said
            assert "Bitmap" not in plan, said
            assert "Index Scan" in plan, said


_MANY = """
INSERT INTO analytics_customerfigures
    (person_id, profile_id, orders, revenue_minor, currency, first_day, last_day, purchase_days, m,
     segment, stage, computed_at)
SELECT n, n, n % 13, n * 7919 % 10007, 'RUB', date '2025-01-01' + n % 300,
       date '2026-01-01' + n * 31 % 300, 1, 1 + n % 5, (ARRAY['champions', 'lost', 'new'])[1 + n % 3],
       (ARRAY['regular', 'at_risk', 'lapsed', 'lost'])[1 + n * 17 % 4], '2026-01-01Z'
FROM generate_series(1, 20000) AS n
"""
