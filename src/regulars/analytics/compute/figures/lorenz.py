"""How revenue is spread over customers."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import ibis
import ibis.expr.types as ir

from regulars.analytics.compute.engine import Engine
from regulars.analytics.types import CurvePoint, Lorenz

STEPS = 100


def lorenz(engine: Engine, facts: ir.Table) -> Lorenz:
    """Points at each hundredth of the customers; a part of a customer has that part of their revenue."""
    (customers,) = engine.row(facts.agg(customers=facts.count())).values()
    stretches = engine.rows(stretches_of(facts, customers).order_by("whole", "cut"))
    total = sum((row["revenue"] for row in stretches), Decimal(0))
    shares = [Fraction(0)]
    passed, passed_revenue, at = 0, Decimal(0), 0
    for step in range(1, STEPS + 1):
        reached = Fraction(step * customers, STEPS)
        while at < len(stretches) and passed + stretches[at]["customers"] <= reached:
            passed += stretches[at]["customers"]
            passed_revenue += stretches[at]["revenue"]
            at += 1
        part = Fraction(0)
        if reached > passed:  # within one customer: stretches end at each point, but for such a part
            part = (reached - passed) * Fraction(stretches[at]["revenue"])
        shares.append((Fraction(passed_revenue) + part) / Fraction(total))
    points = [CurvePoint(x=step / STEPS, y=float(y)) for step, y in enumerate(shares)]
    return Lorenz(points=points, top_10_share=points[10].y, top_20_share=points[20].y)


def stretches_of(facts: ir.Table, customers: int) -> ir.Table:
    """Customers from the best down, summed up between the points of the curve.

    A customer whom a point cuts in two is a stretch of their own.
    """
    best_first = ibis.window(order_by=[facts.revenue.desc(), facts.customer])
    place = facts.select("revenue", before=ibis.row_number().over(best_first))
    # The points this customer begins and ends behind, in hundredths: equal where no point cuts within.
    ranked = place.mutate(
        whole=(place.before * STEPS) // customers,
        cut=((place.before * STEPS) // customers) != ((place.before * STEPS + STEPS - 1) // customers),
    )
    return ranked.group_by("whole", "cut").agg(customers=ranked.count(), revenue=ranked.revenue.sum())
