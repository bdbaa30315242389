"""Each bound of the stages, from both sides."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import ibis
import pytest

from regulars.analytics.compute.engine import Engine
from regulars.analytics.compute.figures.stages import staged
from regulars.analytics.compute.shop import keep_own_stages
from regulars.analytics.registry import OwnStages

AS_OF = date(2024, 7, 1)
Q = 40.5
FACTS = ibis.table(
    {
        "customer": "int32",
        "orders": "int64",
        "revenue": "decimal",
        "first_day": "date",
        "last_day": "date",
        "before_last_day": "date",
    },
    name="facts",
)


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
    _keep(engine, days_since, away, orders, known_for)
    found = engine.row(staged(FACTS, as_of=AS_OF, rhythm_days=Q).select("stage", "days_since"))
    assert found == {"stage": stage, "days_since": days_since}


def _keep(engine: Engine, days_since: int, away: int | None, orders: int, known_for: int) -> None:
    """Customer 1, as the facts know them."""
    last = AS_OF - timedelta(days=days_since)
    engine.con.execute(
        "CREATE OR REPLACE TABLE facts AS SELECT 1::INTEGER AS customer, $orders AS orders,"
        " $revenue AS revenue, $first AS first_day, $last AS last_day, $before::DATE AS before_last_day",
        {
            "orders": orders,
            "revenue": Decimal(1),
            "first": last - timedelta(days=known_for),
            "last": last,
            "before": last - timedelta(days=away) if away is not None else None,
        },
    )


@pytest.mark.parametrize(
    ("days_since", "orders", "own", "stage"),
    [
        (100, 9, {}, "lapsed"),
        (100, 9, {"lapsed": []}, "at_risk"),  # the rule of the shop stands in the place of the rhythm
        (100, 9, {"lost": [], "lapsed": [], "at_risk": []}, "regular"),
        (1, 1, {"lost": [77]}, "lost"),
        (1, 1, {"lost": [78]}, "new"),  # it fits somebody else
        (1, 1, {"active": [77], "at_risk": [77]}, "at_risk"),  # the first that fits
        (1, 1, {"active": [77]}, "active"),
        (1, 9, {"regular": []}, "active"),
    ],
)
def test_the_shops_own_rules_decide(
    engine: Engine, days_since: int, orders: int, own: OwnStages, stage: str
) -> None:
    _keep(engine, days_since, None, orders, 0)
    engine.con.execute(
        "CREATE OR REPLACE TABLE customers AS SELECT 1::INTEGER AS customer, '77' AS customer_id"
    )
    stages = keep_own_stages(engine.con, own)
    found = engine.row(staged(FACTS, as_of=AS_OF, rhythm_days=Q, own=stages).select("stage", "customer"))
    assert found == {"stage": stage, "customer": 1}
