"""Each bound of the stages, from both sides."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import ibis
import pytest

from regulars.analytics.compute.engine import Engine
from regulars.analytics.compute.figures.stages import staged

AS_OF = date(2024, 7, 1)
Q = 40.5


@pytest.mark.parametrize(
    ("days_since", "away", "orders", "known_for", "stage"),
    [
        (163, 1, 9, 1, "lost"),
        (162, 1, 9, 1, "lapsed"),
        (82, 1, 9, 1, "lapsed"),
        (81, 1, 9, 1, "at_risk"),
        (41, 500, 9, 500, "at_risk"),
        (40, 82, 9, 82, "returned"),
        (40, 81, 9, 81, "regular"),
        (40, 81, 4, 81, "regular"),
        (40, 81, 3, 81, "active"),
        (40, 1, 3, 365, "regular"),
        (40, 1, 2, 364, "active"),
        (40, None, 2, 0, "active"),  # two orders on one day
        (1, None, 1, 0, "new"),
    ],
)
def test_first_that_fits(
    engine: Engine, days_since: int, away: int | None, orders: int, known_for: int, stage: str
) -> None:
    last = AS_OF - timedelta(days=days_since)
    engine.con.execute(
        "CREATE TABLE facts AS SELECT $orders AS orders, $revenue AS revenue, $first AS first_day,"
        " $last AS last_day, $before::DATE AS before_last_day",
        {
            "orders": orders,
            "revenue": Decimal(1),
            "first": last - timedelta(days=known_for),
            "last": last,
            "before": last - timedelta(days=away) if away is not None else None,
        },
    )
    facts = ibis.table(
        {
            "orders": "int64",
            "revenue": "decimal",
            "first_day": "date",
            "last_day": "date",
            "before_last_day": "date",
        },
        name="facts",
    )
    found = engine.row(staged(facts, as_of=AS_OF, rhythm_days=Q).select("stage", "days_since"))
    assert found == {"stage": stage, "days_since": days_since}
