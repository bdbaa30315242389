"""Which goods follow each other, and who has bought only the first."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest
from tests.analytics.compute.growth.shops import FIRST_DAY, Then, fill, history_of, then_and_after

from regulars.analytics.compute.growth.forecast import Found, NotFound, Shop
from regulars.analytics.compute.growth.goods import Goods
from regulars.analytics.compute.growth.plan import plan

Lines = list[tuple[int, int, str | None, str | None, float]]
DAYS = 500


def lines_of_a_shop(customers: int = 400, planted: bool = True, seed: int = 1) -> Lines:
    """Everybody buys tea or coffee now and then; of tea drinkers half buy a teapot some two months after."""
    rng = np.random.default_rng(seed)
    lines: Lines = []
    for customer in range(1, customers + 1):
        drink = "tea" if customer % 2 else "coffee"
        days = np.sort(rng.integers(0, DAYS, rng.integers(3, 9)))
        lines += [(customer, int(day), drink, None, 5.0) for day in days]
        if planted and drink == "tea" and rng.uniform() < 0.6:
            lines.append(
                (customer, min(DAYS - 1, int(days[0] + rng.integers(20, 200))), "teapot", None, 40.0)
            )
        if rng.uniform() < 0.15:
            lines.append((customer, int(rng.integers(0, DAYS)), "spoon", None, 2.0))
    return lines


def fill_with(con: duckdb.DuckDBPyConnection, lines: Lines) -> None:
    fill(con, [(customer, day, amount) for customer, day, _, _, amount in lines], lines)


def cross_sell(lines: Lines, days: int = DAYS, target: int = 365) -> tuple[Found | NotFound, Goods]:
    con = duckdb.connect()
    fill_with(con, lines)
    made = plan(days, target)
    assert made is not None
    history = history_of(con, DAYS)
    goods = Goods(con, first_day=FIRST_DAY, sample=history.numbers)
    now = plan(DAYS, 365)
    assert now is not None
    return Shop(history, history, goods, [now, made]).forecast(made).groups["cross_sell"], goods


def test_the_pair_that_is_there_is_found() -> None:
    lines = lines_of_a_shop()
    found, _ = cross_sell(lines)
    assert isinstance(found, Found)
    assert found.pair is not None
    assert (found.pair.a, found.pair.b) == ("tea", "teapot")
    tea = {customer for customer, _, product, _, _ in lines if product == "tea"}
    pot = {customer for customer, _, product, _, _ in lines if product == "teapot"}
    last = {c: max(day for customer, day, *_ in lines if customer == c) for c in tea}
    reach = min(4 * history_rhythm(lines), DAYS - 180)
    assert {int(i) + 1 for i in found.members} == {c for c in tea - pot if DAYS - last[c] <= reach}


def history_rhythm(lines: Lines) -> float:
    con = duckdb.connect()
    fill_with(con, lines)
    return history_of(con, DAYS).calendar.rhythm(DAYS)


def test_no_pair_where_nothing_follows() -> None:
    found, _ = cross_sell([line for line in lines_of_a_shop(planted=False) if line[2] != "spoon"])
    assert found == NotFound("no_pair")


def test_no_names_at_all() -> None:
    found, _ = cross_sell([(c, d, None, None, amount) for c, d, _, _, amount in lines_of_a_shop()])
    assert found == NotFound("no_pair")


def test_categories_go_before_products() -> None:
    kinds = {"tea": "drinks", "coffee": "drinks", "teapot": "pots", "spoon": "cutlery", None: None}
    lines = [(c, d, product, kinds[product], amount) for c, d, product, _, amount in lines_of_a_shop()]
    found, goods = cross_sell(lines)
    assert goods.label == "category"
    assert isinstance(found, Found)
    assert found.pair is not None
    assert (found.pair.a, found.pair.b) == ("drinks", "pots")


def test_too_few_categories_give_way_to_products() -> None:
    lines = [
        (c, d, product, "all" if c % 3 else None, amount) for c, d, product, _, amount in lines_of_a_shop()
    ]
    assert cross_sell(lines)[1].label == "product"


@pytest.mark.parametrize(
    "name", ["tea'; drop table orders --", "</script>", "=cmd", "чай «Ночь» ☕", "a" * 3000]
)
def test_any_name_will_do(name: str) -> None:
    lines = [
        (c, d, name if product == "tea" else product, None, amount)
        for c, d, product, _, amount in lines_of_a_shop()
    ]
    found, _ = cross_sell(lines)
    assert isinstance(found, Found)
    assert found.pair is not None
    assert found.pair.a == name


def test_the_pair_is_chosen_by_what_was_known_then() -> None:
    lines = lines_of_a_shop()
    back = DAYS - 90
    later: Lines = [(c, back + c % 90, "new thing", None, 1000.0) for c in range(1, 401, 2)]
    before, _ = cross_sell(lines, back, 90)
    after, _ = cross_sell(lines + later, back, 90)
    assert isinstance(before, Found)
    assert isinstance(after, Found)
    assert before.pair == after.pair
    assert before.expected == after.expected
    assert (before.members == after.members).all()


def test_the_outcome_is_what_they_then_spent_on_the_second() -> None:
    lines = lines_of_a_shop()
    con = duckdb.connect()
    fill_with(con, lines)
    then = then_and_after(con, DAYS, 90, products=True)["cross_sell"]
    assert isinstance(then, Then)
    assert then.found.pair is not None
    who = {int(i) + 1 for i in then.found.members}
    spent = sum(
        amount
        for c, d, product, _, amount in lines
        if c in who and d >= DAYS - 90 and product == then.found.pair.b
    )
    assert spent > 0
    assert then.actual == pytest.approx(spent)
