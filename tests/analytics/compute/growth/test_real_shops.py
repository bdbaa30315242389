"""The first half of real shops foretells the second, and the report tells what came of it.

Both shops are young and live by the season, so that some outcomes lie outside: docs/growth-points.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

import duckdb
import pytest
from tests.analytics.compute.growth.shops import (
    FIRST_DAY,
    REAL,
    Then,
    day,
    load_afisha,
    load_online_retail,
    then_and_after,
)

from regulars.analytics.compute.engine import connection
from regulars.analytics.compute.growth import growth_points
from regulars.analytics.progress import Silent

SHOPS: dict[str, Callable[[duckdb.DuckDBPyConnection], int]] = {
    "retail": load_online_retail,
    "afisha": load_afisha,
}
pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="the shared data are not here")


@pytest.fixture(scope="module", params=[pytest.param("retail", marks=pytest.mark.slow), "afisha"])
def shop(request: pytest.FixtureRequest) -> Iterator[tuple[str, duckdb.DuckDBPyConnection, int]]:
    with connection(threads=1) as con:
        yield request.param, con, SHOPS[request.param](con)


def test_the_first_half_foretells_the_second(shop: tuple[str, duckdb.DuckDBPyConnection, int]) -> None:
    """What was foretold and what came is printed: `pytest -s`."""
    name, con, days = shop
    groups = then_and_after(con, days, days // 2, products=name == "retail")
    thens = {key: then for key, then in groups.items() if isinstance(then, Then)}
    for key, then in thens.items():
        told = f"{then.value:.0f} ({then.low:.0f} to {then.high:.0f}), then {then.actual:.0f}"
        print(f"{name} {key}: {len(then.found.members)} customers, {told}, inside: {then.inside}")
    assert len(thens) >= 4
    assert sum(then.inside for then in thens.values()) / len(thens) >= 0.6
    assert all(then.value / 4 < then.actual < then.value * 4 for then in thens.values())


def test_the_report_says_inside_or_outside(shop: tuple[str, duckdb.DuckDBPyConnection, int]) -> None:
    """The outcome counted anew in SQL: for first-time buyers, everything they spent in the last 90 days."""
    name, con, days = shop
    points, _ = growth_points(
        con, as_of=day(days), first_day=FIRST_DAY, has_products=name == "retail", progress=Silent()
    )
    assert len(points) == 3
    point = {p.key: p for p in points}["second_order"]
    test = point.backtest
    assert test is not None
    longest = days - 90 - 88
    (customers, actual), *_ = con.execute(
        """with once as (
            select customer from orders where day < $back
            group by customer having count(*) = 1 and max(day) >= $since
        )
        select (select count(*) from once), sum(amount)
        from orders semi join once using (customer) where day >= $back""",
        {"back": day(days - 90), "since": day(days - 90 - longest)},
    ).fetchall()
    assert test.as_of == day(days - 90)
    assert test.customers == customers
    assert test.actual == Decimal(actual).quantize(Decimal("0.01"))
    assert test.inside == (test.expected.low <= test.actual <= test.expected.high)
