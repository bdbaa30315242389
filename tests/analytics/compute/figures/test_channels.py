from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from regulars.analytics.compute.engine import Engine
from regulars.analytics.compute.figures import tables
from regulars.analytics.compute.figures.channels import Costs, channel_notes, channels, costs_of
from regulars.analytics.compute.figures.cohorts import CohortMonth, month_number

FIRST, LAST = date(2024, 1, 10), date(2024, 12, 20)
JANUARY = month_number(FIRST)


def _row(channel: str | None, age: int, revenue: str, *, won: int = 0, first: int = JANUARY) -> CohortMonth:
    return CohortMonth(
        channel=channel,
        first=first,
        month=first + age,
        orders=won,
        revenue=Decimal(revenue),
        active=won,
        first_orders=won,
        first_revenue=Decimal(0),
    )


# Two cohorts of ads, 10 customers: 100.00 in the month of the first order, 60.00 one, 50.00 three later.
FOUND = [
    _row("ads", 0, "70", won=6),
    _row("ads", 1, "60"),
    _row("ads", 0, "30", won=4, first=JANUARY + 2),
    _row("ads", 3, "50", first=JANUARY + 2),
    _row(None, 0, "5", won=1),
]


def _costs(ads: str, **more: Any) -> Costs:
    how: dict[str, Any] = {"first_day": FIRST, "last_day": LAST, "won": {"ads": 10, "": 1}, **more}
    return Costs(by_channel={"ads": Decimal(ads)}, **how)


@pytest.mark.parametrize(
    ("cost", "margin", "months"),
    [
        ("100", None, 0),  # 10.00 a customer, and the first month brings 10.00
        ("100.01", None, 1),
        ("160", None, 1),
        ("160.01", None, 3),
        ("210", None, 3),
        ("210.01", None, None),  # ltv is 21.00: it never pays back exactly where ltv_to_cac < 1
        ("100", "0.5", 3),
        ("50", "0.5", 0),
    ],
)
def test_payback(cost: str, margin: str | None, months: int | None) -> None:
    _, ads, _ = channels(FOUND, _costs(cost), margin=Decimal(margin) if margin else None, has_channels=True)
    assert ads.channel == "ads"
    assert ads.payback_months == months
    assert ads.ltv_to_cac is not None
    assert (ads.ltv_to_cac >= 1) == (months is not None)


@pytest.mark.parametrize(
    ("begin", "end", "speaks_for", "won"),
    [
        (date(2024, 2, 10), date(2024, 11, 19), (FIRST, LAST), {"ads": 2, "": 1}),  # 31 days at either end
        (date(2024, 2, 11), date(2024, 12, 20), (date(2024, 2, 11), LAST), {"ads": 1}),
        (date(2023, 12, 1), date(2024, 11, 18), (date(2023, 12, 1), date(2024, 11, 18)), {"ads": 1, "": 1}),
    ],
)
def test_days_that_costs_speak_for(
    engine: Engine, begin: date, end: date, speaks_for: tuple[date, date], won: dict[str, int]
) -> None:
    firsts = [("ads", FIRST), (None, FIRST), ("ads", LAST)]
    engine.con.execute("CREATE TABLE orders (channel VARCHAR, day DATE, previous_day DATE)")
    engine.con.executemany("INSERT INTO orders VALUES (?, ?, NULL)", firsts)
    engine.con.execute("INSERT INTO orders VALUES ('shop', '2024-06-01', '2024-05-01')")
    engine.con.execute("CREATE TABLE costs (channel VARCHAR, day DATE, cost DECIMAL(18, 6))")
    engine.con.executemany("INSERT INTO costs VALUES ('ads', ?, 10)", [[begin], [end], [date(2024, 12, 21)]])
    found = costs_of(engine, tables.orders(), first_order=FIRST, last_order=LAST, as_of=date(2024, 12, 21))
    assert found is not None
    assert (found.first_day, found.last_day) == speaks_for
    assert (found.by_channel, found.won) == ({"ads": Decimal(20)}, won)


def test_only_customers_won_in_the_days_that_costs_cover_count_for_cac() -> None:
    costs = _costs("100", last_day=date(2024, 2, 1), won={"ads": 6})
    listed = channels(FOUND, costs, margin=None, has_channels=True)
    assert listed[1].cac == Decimal("16.67")
    assert listed[1].customers == 10
    (note,) = channel_notes(listed, costs, first_day=FIRST, last_day=LAST)
    assert note.code == "costs_cover_part"
    assert note.facts == {"from": "2024-01-10", "to": "2024-02-01", "customers": 6}


def test_costs_without_channels_of_orders_give_the_total_only() -> None:
    rows = [_row(None, 0, "70", won=6)]
    costs = _costs("30", won={"": 6})
    (total,) = channels(rows, costs, margin=None, has_channels=False)
    assert (total.channel, total.cost, total.cac, total.payback_months) == (
        None,
        Decimal("30.00"),
        Decimal("5.00"),
        0,
    )
    assert channel_notes([total], costs, first_day=FIRST, last_day=LAST) == []


def test_channel_that_won_nobody_in_these_days_has_no_cac() -> None:
    _, ads, _ = channels(FOUND, _costs("30", won={}), margin=None, has_channels=True)
    assert (ads.cost, ads.cac, ads.ltv_to_cac, ads.payback_months) == (Decimal("30.00"), None, None, None)


def test_neither_channels_nor_costs_give_nothing() -> None:
    assert channels(FOUND, None, margin=None, has_channels=False) == []
