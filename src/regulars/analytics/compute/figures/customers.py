"""One row per customer: what most figures are made from."""

from __future__ import annotations

from datetime import date, timedelta

import ibis.expr.types as ir

from regulars.analytics.rules.retention import REGULAR_DAYS, REGULAR_ORDERS, REGULAR_REPEAT_ORDERS


def customer_facts(sequenced: ir.Table, *, as_of: date, window_days: int) -> ir.Table:
    """From orders in sequence, for each customer:

    `orders`, `revenue`, `first_day`, `last_day`; `second_day`, the second of the different purchase days
    (NULL with one day only); `before_last_day`, the day of the order before the last (NULL with one order
    only); `seen_before`: ordered in [as_of - 2 windows, as_of - window).
    """
    day, revisit = sequenced.day, sequenced.previous_day < sequenced.day
    recent, earlier = as_of - timedelta(days=window_days), as_of - timedelta(days=2 * window_days)
    return sequenced.group_by("customer").agg(
        orders=sequenced.count(),
        revenue=sequenced.amount.sum(),
        first_day=day.min(),
        last_day=day.max(),
        second_day=day.min(where=revisit),
        before_last_day=sequenced.previous_day.max(),
        seen_before=((day >= earlier) & (day < recent)).any(),
    )


def is_regular(facts: ir.Table) -> ir.BooleanColumn:
    long_standing = facts.last_day.delta(facts.first_day, unit="day") >= REGULAR_DAYS
    return (facts.orders >= REGULAR_ORDERS) | ((facts.orders >= REGULAR_REPEAT_ORDERS) & long_standing)


def gap_counts(sequenced: ir.Table) -> ir.Table:
    """How often each number of days lies between consecutive purchase days of a customer."""
    revisits = sequenced.filter(sequenced.previous_day < sequenced.day)
    gaps = revisits.select(days=revisits.day.delta(revisits.previous_day, unit="day"))
    return gaps.group_by("days").agg(count=gaps.count())
