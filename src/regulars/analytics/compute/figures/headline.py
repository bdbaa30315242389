"""The headline figures at one day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import ibis.expr.types as ir

from regulars.analytics.compute.engine import Engine
from regulars.analytics.compute.figures.customers import is_regular
from regulars.analytics.rules.distribution import Distribution
from regulars.analytics.rules.money import money, share
from regulars.analytics.types import Headline


def headline(
    engine: Engine,
    facts: ir.Table,
    gaps: Distribution,
    *,
    as_of: date,
    first_day: date,
    window_days: int,
    margin: Decimal | None,
) -> Headline:
    """`facts` and `gaps` hold what happened before `as_of`; `first_day` is where the span begins."""
    t = engine.row(totals(facts, as_of=as_of, window_days=window_days))
    revenue = t["revenue"] or Decimal(0)
    known = (as_of - first_day).days >= 2 * window_days
    retained = share(t["retained"], t["earlier"]) if known else None
    return Headline(
        customers=t["customers"],
        orders=t["orders"] or 0,
        revenue=money(revenue),
        average_order_value=_each(revenue, t["orders"]),
        purchase_frequency=share(t["orders"] or 0, t["customers"]),
        repeat_purchase_rate=share(t["repeat"], t["customers"]),
        one_time_customers=t["customers"] - t["repeat"],
        repeat_revenue_share=share(t["repeat_revenue"] or 0, revenue),
        regulars=t["regulars"],
        regulars_share=share(t["regulars"], t["customers"]),
        regulars_revenue_share=share(t["regulars_revenue"] or 0, revenue),
        median_days_between_orders=gaps.median(),
        median_days_to_second_order=_days_to_second(engine, facts).median(),
        retention_window_days=window_days,
        retention_rate=retained,
        churn_rate=None if retained is None else 1 - retained,
        new_customer_rate=share(t["new"], t["recent"]),
        ltv_historical=_each(revenue if margin is None else revenue * margin, t["customers"]),
        purchase_days=t["customers"] + gaps.count,
    )


def totals(facts: ir.Table, *, as_of: date, window_days: int) -> ir.Table:
    """Counts and sums over all customers, in one row."""
    regular, repeat = is_regular(facts), facts.orders >= 2
    since = as_of - timedelta(days=window_days)
    recent = facts.last_day >= since
    return facts.agg(
        customers=facts.count(),
        orders=facts.orders.sum(),
        revenue=facts.revenue.sum(),
        repeat=facts.count(where=repeat),
        repeat_revenue=facts.revenue.sum(where=repeat),
        regulars=facts.count(where=regular),
        regulars_revenue=facts.revenue.sum(where=regular),
        earlier=facts.count(where=facts.seen_before),
        retained=facts.count(where=facts.seen_before & recent),
        recent=facts.count(where=recent),
        new=facts.count(where=facts.first_day >= since),
    )


def second_day_counts(facts: ir.Table) -> ir.Table:
    """How many customers had their second purchase day so many days after the first."""
    again = facts.filter(facts.second_day.notnull())
    waits = again.select(days=again.second_day.delta(again.first_day, unit="day"))
    return waits.group_by("days").agg(count=waits.count())


def _days_to_second(engine: Engine, facts: ir.Table) -> Distribution:
    return distribution(engine.rows(second_day_counts(facts)))


def distribution(rows: list[dict[str, Any]]) -> Distribution:
    return Distribution((row["days"], row["count"]) for row in rows)


def _each(amount: Decimal, count: int | None) -> Decimal | None:
    return money(amount / count) if count else None
