"""The three points as the audit gets them, on the tables of the contract."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from typing import get_args

import duckdb
import msgspec
import numpy as np
import pytest
from tests.analytics.compute.growth import naive
from tests.analytics.compute.growth.shops import FIRST_DAY, Kind, Made, day, fill, fill_orders, made_up

from regulars.analytics.compute import growth
from regulars.analytics.compute.engine import connection
from regulars.analytics.compute.growth import growth_points
from regulars.analytics.progress import Silent
from regulars.analytics.types import GrowthKey, GrowthPoint, LeftOut

KEYS = get_args(GrowthKey)
COMMON = {
    "share_percent", "money_each", "revenue_so_far", "median_absence_days", "rhythm_days", "horizon_days",
    "moments", "precedents", "sampled_customers", "tide_percent",
}  # fmt: skip
OWN = {
    "second_order": {"longest_absence_days"},
    "win_back": {"longest_absence_days", "lapsed_after_days"},
    "overdue": {"lapsed_after_days", "late_factor", "usual_gap_days"},
    "almost_regulars": {"regular_orders"},
    "keep_best": {"lapsed_after_days", "recent_revenue", "recent_days"},
    "cross_sell": {"longest_absence_days", "a", "b", "by", "also_in_others", "backtest_a", "backtest_b"},
}
Answer = tuple[list[GrowthPoint], list[LeftOut]]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with connection(threads=1) as con:
        yield con


def ask(con: duckdb.DuckDBPyConnection, days: int, products: bool = False) -> Answer:
    return growth_points(con, as_of=day(days), first_day=FIRST_DAY, has_products=products, progress=Silent())


def whole(answer: Answer) -> bool:
    """Each key once, ranked, and every number one that can be told."""
    points, left_out = answer
    assert sorted([p.key for p in points] + [left.key for left in left_out]) == sorted(KEYS)
    lows = [(p.expected_revenue.low, p.expected_revenue.value) for p in points]
    assert lows == sorted(lows, reverse=True)
    assert len(points) <= 3
    for point in points:
        expected = point.expected_revenue
        assert 0 <= expected.low <= expected.value <= expected.high
        assert point.extra_percent >= 0
        assert 1 <= len(point.top) <= 10
        if point.backtest is not None:
            test = point.backtest
            assert test.inside == (test.expected.low <= test.actual <= test.expected.high)
    for facts in [p.facts for p in points] + [left.facts for left in left_out]:
        assert all(math.isfinite(fact) for fact in facts.values() if not isinstance(fact, str))
    assert b"NaN" not in msgspec.json.encode(answer)
    return True


def orders_of(made: Made) -> list[naive.Order]:
    return list(zip(made.customer.tolist(), made.d.tolist(), made.amount.tolist(), strict=True))


@pytest.mark.parametrize("days", [300, 800])
def test_all_of_it_in_a_shop_of_some_years(con: duckdb.DuckDBPyConnection, days: int) -> None:
    made_up(1, Kind(days)).fill(con, products=6)
    answer = ask(con, days, products=True)
    assert whole(answer)
    points, left_out = answer
    assert len(points) == 3
    weaker = [left.facts["low"] for left in left_out if left.reason == "weaker"]
    assert all(low <= float(points[-1].expected_revenue.low) for low in weaker)
    for point in points:
        assert set(point.facts) <= COMMON | OWN[point.key]
        assert set(point.facts) >= (COMMON | OWN[point.key]) - {"backtest_a", "backtest_b"}
        money_each = Decimal(str(point.facts["money_each"]))
        assert (
            abs(point.extra_percent - point.customers * money_each / 100) <= Decimal("0.01") * point.customers
        )


def test_groups_tops_and_back_tests_are_those_of_the_definitions(con: duckdb.DuckDBPyConnection) -> None:
    made = made_up(2, Kind(600, customers=250, gap=40.0))
    made.fill(con)
    orders = orders_of(made)
    points, _ = ask(con, 600)
    now = naive.groups(orders, 600, naive.rhythm(naive.people(orders)), 600 - 180)
    back = naive.groups(orders, 510, naive.rhythm(naive.people(orders, 510)), 510 - 88)
    for point in points:
        assert point.customers == len(now[point.key])
        revenue = {c: p.revenue for c, p in naive.people(orders).items() if c in now[point.key]}
        best = sorted(revenue, key=lambda c: (-round(revenue[c], 2), c))[:10]
        assert point.top == [f"c{c:06d}" for c in best]
        assert point.facts["revenue_so_far"] == pytest.approx(sum(revenue.values()))
        test = point.backtest
        assert test is not None
        assert (test.as_of, test.days, test.customers) == (day(510), 90, len(back[point.key]))
        assert float(test.actual) == pytest.approx(
            naive.outcome(point.key, orders, back[point.key], 510, 90), abs=0.01
        )


def test_a_back_test_knows_nothing_of_what_came_after(con: duckdb.DuckDBPyConnection) -> None:
    """Whatever the last 90 days bring, the forecast made before them is the same; the outcome is not."""
    made = made_up(3, Kind(600))
    changed = Made(made.customer, made.d, made.amount * (1 + 9 * (made.d >= 510)))
    before, after = [], []
    for shop, points in ((made, before), (changed, after)):
        shop.fill(con)
        points.extend(ask(con, 600)[0])
    tests = {p.key: p.backtest for p in before}
    same = [p for p in after if p.key in tests and p.key != "keep_best"]
    assert same
    for point in same:
        was = tests[point.key]
        assert was is not None
        assert point.backtest is not None
        assert point.backtest.expected == was.expected
        assert float(point.backtest.actual) == pytest.approx(10 * float(was.actual), rel=1e-6)
        assert not point.backtest.inside


def test_a_back_test_is_the_forecast_of_that_day(con: duckdb.DuckDBPyConnection) -> None:
    """Two years before the end the target is a year, as it is for the forecast of today."""
    made = made_up(4, Kind(1100))
    made.fill(con)
    tests = {p.key: p.backtest for p in ask(con, 1100)[0]}
    known = made.d < 1100 - 365
    fill_orders(con, made.customer[known], made.d[known], made.amount[known])
    compared = 0
    for point in ask(con, 1100 - 365)[0]:
        if (test := tests.get(point.key)) is not None:
            assert test.customers == point.customers
            assert test.expected == point.expected_revenue
            compared += 1
    assert compared >= 2


def test_the_same_whatever_the_order_of_rows_and_the_threads(con: duckdb.DuckDBPyConnection) -> None:
    made_up(5, Kind(500)).fill(con, products=6)
    first = ask(con, 500, products=True)
    for table in ("orders", "order_lines"):
        con.execute(f"create or replace table {table} as select * from {table} order by hash(order_no)")
    con.execute("set threads = 2")
    assert ask(con, 500, products=True) == first


def test_a_part_of_the_customers_is_enough_to_learn_from(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_up(6, Kind(800, customers=4000)).fill(con, products=6)
    everybody = {p.key: p for p in ask(con, 800, products=True)[0]}
    monkeypatch.setattr(growth, "SAMPLE", 1500)
    answer = ask(con, 800, products=True)
    assert whole(answer)
    common = [p for p in answer[0] if p.key in everybody]
    assert len(common) >= 2
    for point in common:
        other = everybody[point.key]
        assert 1300 < int(point.facts["sampled_customers"]) < 1700
        assert other.facts["sampled_customers"] == 0
        assert point.customers == other.customers
        assert point.top == other.top
        assert point.expected_revenue.low < other.expected_revenue.value < point.expected_revenue.high


@pytest.mark.parametrize("days", [1, 30, 175])
def test_a_short_history_is_told(con: duckdb.DuckDBPyConnection, days: int) -> None:
    fill(con, [(c, c % days, 10.0) for c in range(1, 200)])
    points, left_out = ask(con, days, products=True)
    assert points == []
    assert {left.reason for left in left_out} == {"history_too_short"}
    assert left_out[0].facts == {"days": days, "needed_days": 176, "months": days // 30, "needed_months": 6}
    assert ask(con, days)[1][-1] == LeftOut("cross_sell", "no_products")


def test_everybody_bought_once(con: duckdb.DuckDBPyConnection) -> None:
    fill(con, [(c, c % 900, 10.0) for c in range(1, 3000)])
    points, left_out = ask(con, 900)
    reasons = {left.key: left.reason for left in left_out}
    assert points == []
    assert reasons["second_order"] == "too_few_responders"
    assert reasons["overdue"] == "nobody_in_group"


def test_thirty_customers(con: duckdb.DuckDBPyConnection) -> None:
    made_up(7, Kind(800, customers=10)).fill(con, products=3)
    answer = ask(con, 800, products=True)
    assert whole(answer)
    left_out = {left.key: left.reason for left in answer[1]}
    assert left_out["win_back"] in {"nobody_in_group", "too_few_customers"}


def widths(answer: Answer) -> dict[str, float]:
    """How wide each interval is, as a multiple of its value."""
    points, left_out = answer
    found = {p.key: msgspec.structs.asdict(p.expected_revenue) for p in points}
    found |= {left.key: left.facts for left in left_out if left.reason == "weaker"}
    return {key: float((e["high"] - e["low"]) / e["value"]) for key, e in found.items()}


def test_one_customer_is_most_of_the_revenue(con: duckdb.DuckDBPyConnection) -> None:
    made = made_up(8, Kind(800))
    made.fill(con)
    before = ask(con, 800)
    point = next(p for p in before[0] if p.key == "overdue")
    whale = made.customer == int(point.top[0].removeprefix("c"))
    amount = np.where(whale, made.amount * 4 * made.amount.sum() / made.amount[whale].sum(), made.amount)
    fill_orders(con, made.customer, made.d, amount)
    after = ask(con, 800)
    assert whole(after)
    assert widths(after)["overdue"] > 4 * widths(before)["overdue"]


def test_all_on_two_days(con: duckdb.DuckDBPyConnection) -> None:
    fill(con, [(c, 0, 10.0) for c in range(1, 300)] + [(c, 799, 20.0) for c in range(1, 300)])
    assert whole(ask(con, 800))


def test_amounts_of_every_size(con: duckdb.DuckDBPyConnection) -> None:
    made = made_up(9, Kind(400))
    for times in (1e-4, 1e7):
        fill_orders(con, made.customer, made.d, made.amount * times)
        assert whole(ask(con, 400))


def test_no_order_that_counts(con: duckdb.DuckDBPyConnection) -> None:
    fill(con, [(1, 500, 10.0)])
    assert ask(con, 400) == ([], [LeftOut(key, "nobody_in_group") for key in growth.KEYS])


def test_a_shop_without_new_orders_for_a_year(con: duckdb.DuckDBPyConnection) -> None:
    made = made_up(10, Kind(500))
    made.fill(con)
    assert whole(ask(con, 900))
