"""Valuable customers who are slipping away."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

import ibis.expr.types as ir

from regulars.analytics.compute.engine import Engine
from regulars.analytics.compute.figures import tables
from regulars.analytics.rules.distribution import Distribution
from regulars.analytics.rules.money import money
from regulars.analytics.rules.segments import SCORES
from regulars.analytics.types import Slipping, SlippingCustomer

TOP = 50


def slipping(engine: Engine, sequenced: ir.Table, scored_and_staged: ir.Table) -> Slipping:
    """Of the fifth who bring most (M = 5), those with 2 or more orders at stage at_risk or lapsed."""
    facts = scored_and_staged
    chosen = facts.filter((facts.m == SCORES) & (facts.orders >= 2) & facts.stage.isin(["at_risk", "lapsed"]))
    whole = engine.row(chosen.agg(customers=chosen.count(), revenue=chosen.revenue.sum()))
    ids = tables.customers()
    first = chosen.order_by(chosen.revenue.desc(), chosen.customer).limit(TOP)
    top = engine.rows(first.join(ids, "customer").order_by(first.revenue.desc(), first.customer))
    usual = _usual_gaps(engine, sequenced, [row["customer"] for row in top])
    return Slipping(
        customers=whole["customers"],
        revenue=money(whole["revenue"] or Decimal(0)),
        top=[_customer(row, usual.get(row["customer"])) for row in top],
    )


def _customer(row: dict[str, Any], usual: Distribution | None) -> SlippingCustomer:
    return SlippingCustomer(
        customer_id=row["customer_id"],
        last_order=row["last_day"],
        days_since=row["days_since"],
        usual_gap_days=usual.median() if usual else None,
        orders=row["orders"],
        revenue=money(row["revenue"]),
        stage=row["stage"],
    )


def _usual_gaps(engine: Engine, sequenced: ir.Table, customers: list[int]) -> dict[int, Distribution]:
    """Of each of these customers, the days between purchase days."""
    if not customers:
        return {}
    revisits = sequenced.filter(sequenced.customer.isin(customers) & (sequenced.previous_day < sequenced.day))
    counted = revisits.group_by("customer", days=revisits.day.delta(revisits.previous_day, unit="day"))
    gaps: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for row in engine.rows(counted.agg(count=revisits.count())):
        gaps[row["customer"]].append((row["days"], row["count"]))
    return {customer: Distribution(counted) for customer, counted in gaps.items()}
