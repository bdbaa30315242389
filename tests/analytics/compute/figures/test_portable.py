"""The expressions compile for other engines too: they are written for none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import ibis
import ibis.expr.types as ir
import pytest

from regulars.analytics.compute.figures import (
    cohorts,
    customers,
    headline,
    rfm,
    second_order,
    stages,
    tables,
    trend,
)
from regulars.analytics.compute.figures.each_customer import each_customer
from regulars.analytics.compute.figures.sequence import in_sequence

AS_OF = date(2024, 7, 1)
ORDERS = in_sequence(tables.numbered())
FACTS = customers.customer_facts(ORDERS, as_of=AS_OF, window_days=90)
CUTS = rfm.Cuts([AS_OF] * 4, [2, 3, 4, 5], [Decimal(1)] * 4)


@pytest.mark.parametrize(
    "expression",
    [
        customers.gap_counts(ORDERS),
        headline.totals(FACTS, as_of=AS_OF, window_days=90),
        rfm.cut_points(FACTS, "revenue"),
        stages.staged(rfm.scored(FACTS, CUTS), as_of=AS_OF, rhythm_days=30.5),
        stages.staged(rfm.scored(FACTS, CUTS), as_of=AS_OF, rhythm_days=30.5, own=["lost", "regular"]),
        cohorts.by_cohort(ORDERS),
        second_order.watched(FACTS, as_of=AS_OF),
        each_customer(ORDERS, FACTS),
        trend.became_regular(ORDERS, FACTS),
        trend.counted(FACTS, FACTS.last_day),
    ],
)
def test_compiles_for_postgresql(expression: ir.Table) -> None:
    assert "SELECT" in ibis.to_sql(expression, dialect="postgres")
