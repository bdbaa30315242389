"""Who is in which group, and what they did then, against the plain Python of naive.py."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest
from tests.analytics.compute.growth import naive
from tests.analytics.compute.growth.shops import Kind, fill, history_of, made_up

from regulars.analytics.compute.growth.groups import GROUPS, Bounds, members, score_at_least
from regulars.analytics.compute.growth.ledger import Ledger
from regulars.analytics.compute.growth.precedents import outcome_of

REACH = 400


def numbers(indices: np.ndarray) -> set[int]:
    return {int(index) + 1 for index in indices}


@pytest.fixture(scope="module", params=range(4))
def shop(request: pytest.FixtureRequest) -> tuple[list[naive.Order], duckdb.DuckDBPyConnection]:
    made = made_up(request.param, Kind(900, customers=130, gap=25.0 + 20 * request.param))
    amounts = np.round(made.amount / 20) * 20 + 5  # so that many are equal
    orders = list(zip(made.customer.tolist(), made.d.tolist(), amounts.tolist(), strict=True))
    con = duckdb.connect()
    fill(con, orders)
    return orders, con


@pytest.mark.parametrize("at", [300, 651, 900])
def test_groups_are_those_of_the_definition(
    shop: tuple[list[naive.Order], duckdb.DuckDBPyConnection], at: int
) -> None:
    orders, con = shop
    history = history_of(con, 900)
    q = history.calendar.rhythm(at)
    assert q == pytest.approx(naive.rhythm(naive.people(orders, at)))
    found = members(Ledger(history, [at]).state(at), history.calendar, Bounds(q, REACH))
    expected = naive.groups(orders, at, q, REACH)
    assert {key: numbers(who) for key, who in found.items()} == expected
    assert sum(len(who) for who in expected.values()) > 50


@pytest.mark.parametrize("days", [100, 249])
def test_outcomes_are_those_of_the_definition(
    shop: tuple[list[naive.Order], duckdb.DuckDBPyConnection], days: int
) -> None:
    orders, con = shop
    history, at = history_of(con, 900), 651
    ledger = Ledger(history, [at, at + days])
    state = ledger.state(at)
    for key in GROUPS:
        everybody = np.flatnonzero(state.orders >= (1 if key == "second_order" else 2))
        found = outcome_of(key, ledger, state, everybody, days)
        expected = naive.outcome(key, orders, numbers(everybody), at, days)
        assert found.money.sum() / 1e6 == pytest.approx(expected)
        assert expected > 0
        assert (found.money[~found.happened] == 0).all()


def test_each_customer_falls_where_the_words_say() -> None:
    """Rhythm 90 (too few pairs to know one): lapsed after 180 days, lost after 360."""
    stories: dict[str, list[list[int]]] = {
        "second_order": [[950], [641]],
        "nobody": [[639], [300, 500]],  # lost after one order; away for long, but not of the top fifth
        "win_back": [[100, 700]],
        "overdue": [[800, 820, 840, 969]],  # 31 days after a usual 20
        "almost_regulars": [[900, 950]],
        "keep_best": [[*range(700, 1000, 10)], [800, 820, 840, 970]],  # the second is just not late
    }
    orders = []
    where: dict[int, str] = {}
    for key, persons in stories.items():
        for days in persons:
            where[len(where) + 1] = key
            amount = 1000.0 if key == "win_back" else 10.0
            orders += [(len(where), day, amount) for day in days]
    con = duckdb.connect()
    fill(con, orders)
    history = history_of(con, 1000)
    found = members(Ledger(history, [1000]).state(1000), history.calendar, Bounds(90.0, 900))
    for customer, key in where.items():
        groups = [group for group, who in found.items() if customer in numbers(who)]
        assert groups == ([] if key == "nobody" else [key]), customer


@pytest.mark.parametrize(
    "values", [[1], [1, 1, 1], [1, 2], [1, 1, 2, 2, 3], list(range(30)), [5, 5, 5, 7, 7, 9]]
)
def test_scores_are_those_of_rfm(values: list[int]) -> None:
    everybody = np.ones(len(values), dtype=bool)
    for least in range(1, 6):
        expected = [naive.score(value, values) >= least for value in values]
        assert score_at_least(np.array(values), everybody, least).tolist() == expected


def test_scores_leave_out_those_still_to_come() -> None:
    known = np.array([True, True, False, True, True, True])
    assert score_at_least(np.array([1, 2, 99, 3, 4, 5]), known, 5).tolist() == [False] * 5 + [True]
