"""How soon customers come a second time."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from regulars.analytics.compute.engine import Engine
from regulars.analytics.types import CurvePoint, SecondOrder

CURVE_DAYS = 365
WITHIN = (30, 60, 90, 180, 365)


def second_order(engine: Engine, facts: ir.Table, *, as_of: date) -> SecondOrder:
    """Shares among those watched so long: their day x after the first purchase day lies before `as_of`."""
    rows = engine.rows(watched(facts, as_of=as_of))
    longest = max((row["watched"] for row in rows), default=-1)
    shares: dict[int, float] = {}
    for x in range(min(longest, CURVE_DAYS) + 1):
        shares[x] = 0.0
    customers = _by_days(rows, "watched", "customers", longest)
    repeated = _by_days(rows, "watched", "again", longest)
    came = _by_days(engine.rows(waited(facts)), "waited", "customers", longest)
    # Of all who came again by day x, those not watched until then are taken out: they came before, too.
    base, done, unwatched = sum(customers), 0, 0
    for x in shares:
        done += came[x]
        shares[x] = (done - unwatched) / base
        base -= customers[x]
        unwatched += repeated[x]
    return SecondOrder(
        curve=[CurvePoint(x=float(x), y=y) for x, y in shares.items()],
        within={str(x): shares[x] for x in WITHIN if x in shares},
    )


def watched(facts: ir.Table, *, as_of: date) -> ir.Table:
    """Customers, and those of them who came again, by the whole days seen after the first purchase day."""
    days = ibis.literal(as_of).delta(facts.first_day, unit="day") - 1
    return facts.group_by(watched=days).agg(
        customers=facts.count(), again=facts.count(where=facts.second_day.notnull())
    )


def waited(facts: ir.Table) -> ir.Table:
    """Customers by the days from the first to the second purchase day."""
    again = facts.filter(facts.second_day.notnull())
    return again.group_by(waited=again.second_day.delta(again.first_day, unit="day")).agg(
        customers=again.count()
    )


def _by_days(rows: list[dict[str, int]], days: str, count: str, longest: int) -> list[int]:
    counts = [0] * (longest + 1)
    for row in rows:
        counts[row[days]] += row[count]
    return counts
