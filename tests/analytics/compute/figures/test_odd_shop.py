"""Every figure of docs/metrics.md on the shop of `odd_shop`, worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from tests.analytics.compute import made_lines
from tests.analytics.compute.odd_shop import PARTS, odd_lines

from regulars.analytics.compute.engine import Engine, connection
from regulars.analytics.compute.figures.document import Frame, figures, headline_at
from regulars.analytics.compute.orders import assemble, orders_before
from regulars.analytics.progress import Silent
from regulars.analytics.types import Channel, Cohort, Headline, Month, Note, RfmCell, RfmSegment, StageRow

AS_OF = date(2024, 6, 30)
COSTS = [
    ("ads", date(2024, 1, 1), "26"),
    ("ads", date(2024, 6, 29), "40"),
    ("ads", AS_OF, "1000"),  # of a day that does not count any more
    ("radio", date(2024, 3, 1), "10"),  # won nobody
]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with connection(threads=1) as con:
        made_lines.fill(con, odd_lines())
        con.execute("CREATE TABLE costs (channel VARCHAR, day DATE, cost DECIMAL(18, 6))")
        con.executemany("INSERT INTO costs VALUES (?, ?, ?)", COSTS)
        yield Engine(con)


@pytest.fixture(scope="module")
def frame(engine: Engine) -> Frame:
    found = assemble(engine, made_lines.reading(parts=PARTS, currency="EUR"), None, Silent())
    return Frame(
        first_day=found.first_day,
        as_of=found.as_of,
        margin=Decimal("0.3"),
        has_channels=True,
        has_costs=True,
    )


@pytest.fixture(scope="module")
def found(engine: Engine, frame: Frame) -> dict[str, Any]:
    made = figures(engine, frame, Silent())
    return {**made.fields, "notes": made.notes}


def test_headline(found: dict[str, Any]) -> None:
    expected = Headline(
        customers=5,
        orders=11,
        revenue=Decimal("155.50"),
        average_order_value=Decimal("14.14"),  # 155.50 / 11 = 14.136…
        purchase_frequency=2.2,
        repeat_purchase_rate=0.6,  # a, b, e
        one_time_customers=2,  # c, d
        repeat_revenue_share=88.5 / 155.5,
        regulars=1,  # e has 4 orders; a has 3 in 180 days
        regulars_share=0.2,
        regulars_revenue_share=11 / 155.5,
        # a 1 Jan +10 11 Jan +170 29 June; b 10 Feb +100 20 May; e 1 Apr +61 1 June +19 20 June
        median_days_between_orders=61.0,  # of 10, 19, 61, 100, 170
        median_days_to_second_order=61.0,  # of 10, 61, 100
        retention_window_days=90,
        retention_rate=2 / 3,  # of a (A2), b, d in the window before the last, a and b came in the last
        churn_rate=1 - 2 / 3,
        new_customer_rate=0.5,  # of a, b, c, e in the last window, c and e are new
        ltv_historical=Decimal("9.33"),  # 155.50 / 5 × 0.3
        purchase_days=10,  # a 3, b 2, c 1, d 1, e 3 (E9 and E10 are of one day)
    )
    assert {name: found[name] for name in expected.__struct_fields__} == {
        name: getattr(expected, name) for name in expected.__struct_fields__
    }
    assert found["to"] == date(2024, 6, 29)


def test_headline_one_window_earlier(engine: Engine, frame: Frame, found: dict[str, Any]) -> None:
    earlier = date(2024, 4, 1)
    orders = orders_before(engine, as_of=AS_OF, earlier=earlier, parts=2)
    # A1 40.00, A2 20.00 and A3 40.00 (RA was later), B1 10.00, D1 7.00
    assert headline_at(engine, orders, frame, earlier) == Headline(
        customers=3,
        orders=5,
        revenue=Decimal("117.00"),
        average_order_value=Decimal("23.40"),
        purchase_frequency=5 / 3,
        repeat_purchase_rate=1 / 3,
        one_time_customers=2,
        repeat_revenue_share=100 / 117,
        regulars=0,
        regulars_share=0.0,
        regulars_revenue_share=0.0,
        median_days_between_orders=45.0,  # of 10 and 80, interpolated
        median_days_to_second_order=10.0,
        retention_window_days=90,
        retention_rate=None,  # 91 days are less than two windows
        churn_rate=None,
        new_customer_rate=2 / 3,  # since 2 January a, b, d; a was there before
        ltv_historical=Decimal("11.70"),
        purchase_days=5,
    )


def test_rfm(found: dict[str, Any]) -> None:
    # By recency d < b < e < a = c: 1 2 3 4 4. By orders c = d < b < a < e: 1 1 3 4 5.
    assert found["rfm_map"] == [
        RfmCell(4, 4, 1, Decimal("55.00")),  # a
        RfmCell(4, 1, 1, Decimal("60.00")),  # c
        RfmCell(3, 5, 1, Decimal("11.00")),  # e
        RfmCell(2, 3, 1, Decimal("22.50")),  # b
        RfmCell(1, 1, 1, Decimal("7.00")),  # d
    ]
    filled = [row for row in found["rfm"] if row.customers]
    assert len(found["rfm"]) == 11
    assert filled == [
        RfmSegment("loyal", 2, Decimal("66.00")),
        RfmSegment("promising", 1, Decimal("60.00")),
        RfmSegment("at_risk", 1, Decimal("22.50")),
        RfmSegment("lost", 1, Decimal("7.00")),
    ]


def test_rfm_cuts(found: dict[str, Any]) -> None:
    cuts = found["rfm_cuts"]
    assert cuts.recency == [date(2024, 5, 20), date(2024, 6, 20), date(2024, 6, 29), None]
    assert cuts.frequency == [2, 2, 3, 4]
    assert cuts.monetary == [Decimal("11.00"), Decimal("22.50"), Decimal("55.00"), Decimal("60.00")]


def test_stages(found: dict[str, Any]) -> None:
    # 5 pairs are too few for a rhythm of its own: 90 days. Days since: a 1, b 41, c 1, d 151, e 10.
    assert found["rhythm_days"] == 90.0
    assert [row for row in found["stages"] if row.customers] == [
        StageRow("at_risk", 1, Decimal("7.00")),  # d
        StageRow("regular", 1, Decimal("11.00")),  # e
        StageRow("active", 2, Decimal("77.50")),  # a (170 days away are not more than 180) and b
        StageRow("new", 1, Decimal("60.00")),  # c
    ]
    assert (found["slipping"].customers, found["slipping"].top) == (0, [])  # d is not valuable


def _cohort(month: str, size: int, active: list[int], revenue: list[str]) -> Cohort:
    return Cohort(
        month=month,
        size=size,
        active=active,
        revenue=[Decimal(r) for r in revenue],
        retention=[a / size for a in active],
        partial=[False] * (len(active) - 1) + [True],  # 30 June is still to come
    )


def test_cohorts(found: dict[str, Any]) -> None:
    assert found["cohorts"] == [
        _cohort("2024-01", 2, [2, 0, 0, 0, 0, 1], ["57.00", "0.00", "0.00", "0.00", "0.00", "5.00"]),  # a, d
        _cohort("2024-02", 1, [1, 0, 0, 1, 0], ["10.00", "0.00", "0.00", "12.50", "0.00"]),  # b
        _cohort("2024-04", 1, [1, 0, 1], ["3.30", "0.00", "7.70"]),  # e
        _cohort("2024-06", 1, [1], ["60.00"]),  # c
    ]


def _month(month: str, new: tuple[int, str], returning: tuple[int, str], *, partial: bool = False) -> Month:
    return Month(
        month=month,
        new_orders=new[0],
        new_revenue=Decimal(new[1]),
        returning_orders=returning[0],
        returning_revenue=Decimal(returning[1]),
        partial=partial,
    )


def test_months(found: dict[str, Any]) -> None:
    assert found["months"] == [
        _month("2024-01", (2, "47.00"), (1, "10.00")),
        _month("2024-02", (1, "10.00"), (0, "0.00")),
        _month("2024-03", (0, "0.00"), (0, "0.00")),
        _month("2024-04", (1, "2.20"), (1, "1.10")),  # E10 is the first order, E9 the second
        _month("2024-05", (0, "0.00"), (1, "12.50")),
        _month("2024-06", (1, "60.00"), (3, "12.70"), partial=True),
    ]


def test_second_order(found: dict[str, Any]) -> None:
    # Came again after: a 10, b 100, e 61 days. Watched: a 180, d 150, b 140, e 89, c 0 days.
    y = {point.x: point.y for point in found["second_order"].curve}
    assert list(y) == [float(x) for x in range(181)]
    assert [y[0], y[9], y[10], y[60], y[61], y[89]] == [0, 0, 1 / 4, 1 / 4, 2 / 4, 2 / 4]
    assert [y[90], y[99], y[100], y[140], y[141], y[150], y[151]] == [
        1 / 3,
        1 / 3,
        2 / 3,
        2 / 3,
        1 / 2,
        1 / 2,
        1,
    ]
    assert found["second_order"].within == {"30": 1 / 4, "60": 1 / 4, "90": 1 / 3, "180": 1.0}


def test_lorenz(found: dict[str, Any]) -> None:
    # 60.00, 55.00, 22.50, 11.00, 7.00 of 155.50: a hundredth of the customers is a twentieth of one.
    points = found["lorenz"].points
    assert [point.x for point in points] == [i / 100 for i in range(101)]
    total = Fraction("155.5")
    for share, revenue in {
        0: "0",
        1: "3",
        10: "30",
        20: "60",
        30: "87.5",
        50: "126.25",
        99: "155.15",
    }.items():
        assert points[share].y == float(Fraction(revenue) / total)
    assert points[100].y == 1.0
    assert (found["lorenz"].top_10_share, found["lorenz"].top_20_share) == (points[10].y, points[20].y)


def test_channels(found: dict[str, Any]) -> None:
    # First orders: A1, B1, E10 ads; C3 shop; D1 none. Margin 0.3.
    assert found["channels"] == [
        Channel(
            channel=None,
            customers=5,
            revenue=Decimal("155.50"),
            ltv=Decimal("9.33"),
            cost=Decimal("76.00"),  # radio too, 30 June not
            cac=Decimal("15.20"),
            ltv_to_cac=float(Fraction("9.33") / Fraction("15.2")),
            payback_months=None,
        ),
        Channel(
            channel="ads",
            customers=3,
            revenue=Decimal("88.50"),
            ltv=Decimal("8.85"),
            cost=Decimal("66.00"),
            cac=Decimal("22.00"),
            ltv_to_cac=float(Fraction("8.85") / Fraction(22)),
            payback_months=None,
        ),
        Channel(
            channel="shop",
            customers=1,
            revenue=Decimal("60.00"),
            ltv=Decimal("18.00"),
            cost=None,
            cac=None,
            ltv_to_cac=None,
            payback_months=None,
        ),
        Channel(
            channel="",
            customers=1,
            revenue=Decimal("7.00"),
            ltv=Decimal("2.10"),
            cost=None,
            cac=None,
            ltv_to_cac=None,
            payback_months=None,
        ),
    ]
    assert found["ltv_by_channel"] == {"ads": Decimal("8.85"), "shop": Decimal("18.00")}
    assert found["cac"] == {"ads": Decimal("22.00")}
    assert found["payback_months"] == {"ads": None}
    assert found["notes"] == [Note("costs_without_customers", {"channels": "radio", "cost": "10.00"})]
