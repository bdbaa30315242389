"""The trend against plain loops over each customer's days, and against the headline of the same orders."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from tests.analytics.compute import made_lines

from regulars.analytics.compute.engine import Engine
from regulars.analytics.compute.figures import tables
from regulars.analytics.compute.figures.document import Frame, figures, headline_at
from regulars.analytics.compute.figures.trend import days
from regulars.analytics.compute.orders import assemble
from regulars.analytics.progress import Silent
from regulars.analytics.rules.trend import points_of, trend
from regulars.analytics.types import TrendPoint

CENT = Decimal("0.01")
Orders = dict[int, list[tuple[date, Decimal]]]


def _shop(seed: int) -> Orders:
    """Customers who come back soon, late, on the same day, or never."""
    chance = random.Random(seed)  # noqa: S311
    span = chance.choice([150, 500, 1200])
    orders: Orders = defaultdict(list)
    for customer in range(40):
        day = date(2022, 1, 1) + timedelta(days=chance.randrange(span))
        for _ in range(chance.choice([1, 1, 2, 3, 6])):
            orders[customer].append((day, Decimal(chance.randrange(1, 500))))
            day += timedelta(days=chance.choice([0, 1, 30, 89, 90, 91, 180, 365, 366]))
    return orders


def _naive(orders: Orders, at: date, first_day: date, window: int) -> TrendPoint:
    seen = {c: [(d, a) for d, a in rows if d < at] for c, rows in orders.items()}
    seen = {c: rows for c, rows in seen.items() if rows}
    recent, earlier = at - timedelta(days=window), at - timedelta(days=2 * window)
    came = {c for c, rows in seen.items() if any(d >= recent for d, _ in rows)}
    before = {c for c, rows in seen.items() if any(earlier <= d < recent for d, _ in rows)}
    new = {c for c in came if min(d for d, _ in seen[c]) >= recent}
    regulars = [
        c
        for c, rows in seen.items()
        if len(rows) >= 4 or (len(rows) >= 2 and (max(rows)[0] - min(rows)[0]).days >= 365)
    ]
    count, revenue = (
        sum(map(len, seen.values())),
        sum((a for rows in seen.values() for _, a in rows), Decimal(0)),
    )
    known = (at - first_day).days >= 2 * window and before
    retention = len(came & before) / len(before) if known else None
    return TrendPoint(
        as_of=at,
        customers=len(seen),
        orders=count,
        revenue=revenue,
        average_order_value=(revenue / count).quantize(CENT, ROUND_HALF_UP) if count else None,
        repeat_purchase_rate=sum(len(rows) >= 2 for rows in seen.values()) / len(seen) if seen else None,
        regulars_share=len(regulars) / len(seen) if seen else None,
        retention_rate=retention,
        churn_rate=None if retention is None else 1 - retention,
        new_customer_rate=len(new) / len(came) if came else None,
    )


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_each_point_is_the_headline_of_its_day(engine: Engine, seed: int) -> None:
    orders = _shop(seed)
    rows: list[dict[str, Any]] = [
        {
            "customer_id": f"c{c}",
            "order_id": f"{c}-{n}",
            "ordered_at": datetime(d.year, d.month, d.day),
            "amount": a,
        }
        for c, listed in orders.items()
        for n, (d, a) in enumerate(listed)
    ]
    made_lines.fill(engine.con, rows)
    found = assemble(engine, made_lines.reading(products=False), None, Silent())
    frame = Frame(
        first_day=found.first_day, as_of=found.as_of, margin=None, has_channels=False, has_costs=False
    )
    made = figures(engine, frame, Silent())
    counted = days(engine, tables.orders(), made.customers, window_days=frame.window_days)
    points = trend(counted, first_day=frame.first_day, as_of=frame.as_of, window_days=frame.window_days)
    assert [p.as_of for p in points] == points_of(frame.first_day, frame.as_of)
    assert len(points) > 3
    for point in points:
        assert point == _naive(orders, point.as_of, frame.first_day, frame.window_days)
        listed = tables.orders()
        headline = headline_at(engine, listed.filter(listed.day < point.as_of), frame, point.as_of)
        assert headline is not None
        for name in TrendPoint.__struct_fields__[1:]:
            assert getattr(point, name) == getattr(headline, name), name
