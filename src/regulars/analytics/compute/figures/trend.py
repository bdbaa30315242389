"""The days that a trend is made from: see `rules.trend` for what they mean."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import ibis
import ibis.expr.types as ir

from regulars.analytics.compute.engine import Engine
from regulars.analytics.compute.figures.customers import is_regular
from regulars.analytics.rules.retention import REGULAR_DAYS, REGULAR_ORDERS
from regulars.analytics.rules.trend import Days, Running


def days(engine: Engine, sequenced: ir.Table, facts: ir.Table, *, window_days: int) -> Days:
    """From orders in sequence and `customer_facts`; each query gives a row a day at most."""
    visits = sequenced.filter(sequenced.previous_day < sequenced.day)
    p, n = visits.previous_day, visits.day
    soon = visits.filter(n < _later(p, 2 * window_days))
    by_day = engine.rows(sales(sequenced))
    last = _counted(engine, facts, facts.last_day)
    return Days(
        orders=Running((row["day"], int(row["orders"])) for row in by_day),
        revenue=Running((row["day"], Decimal(row["revenue"])) for row in by_day),
        first=Running(_counted(engine, facts, facts.first_day)),
        second=Running(_counted(engine, *_of(second_orders(sequenced)))),
        regular=Running(_counted(engine, *_of(became_regular(sequenced, facts)))),
        begun=Running(_counted(engine, visits, p) + last),
        over=Running(
            _counted(engine, visits, ibis.least(n, _later(p, window_days)))
            + _counted(engine, facts, _later(facts.last_day, window_days))
        ),
        back_begun=Running(_counted(engine, soon, ibis.greatest(_later(p, window_days), n))),
        back_over=Running(
            _counted(engine, soon, ibis.least(_later(n, window_days), _later(p, 2 * window_days)))
        ),
    )


def sales(sequenced: ir.Table) -> ir.Table:
    """Orders and revenue by day."""
    return sequenced.group_by("day").agg(orders=sequenced.count(), revenue=sequenced.amount.sum())


def second_orders(sequenced: ir.Table) -> ir.Table:
    """The day of each customer's second order, which may be that of the first."""
    again = sequenced.filter(sequenced.previous_day.notnull())
    return again.group_by("customer").agg(day=again.day.min())


def became_regular(sequenced: ir.Table, facts: ir.Table) -> ir.Table:
    """The day of the order that made each regular one."""
    regulars = facts.filter(is_regular(facts)).select("customer", "first_day")
    orders = sequenced.select("customer", "day", "ordered_at", "order_no").join(regulars, "customer")
    so_far = ibis.window(group_by=orders.customer, order_by=[orders.ordered_at, orders.order_no])
    counted = orders.mutate(number=ibis.row_number().over(so_far) + 1)
    long_standing = counted.day.delta(counted.first_day, unit="day") >= REGULAR_DAYS
    made = counted.filter((counted.number >= REGULAR_ORDERS) | long_standing)
    return made.group_by("customer").agg(day=made.day.min())


def counted(table: ir.Table, day: ir.DateColumn) -> ir.Table:
    """How many rows fall on each day."""
    chosen = table.select(day=day)
    return chosen.group_by("day").agg(count=chosen.count())


def _counted(engine: Engine, table: ir.Table, day: ir.DateColumn) -> list[tuple[date, int]]:
    return [(row["day"], int(row["count"])) for row in engine.rows(counted(table, day))]


def _of(table: ir.Table) -> tuple[ir.Table, ir.DateColumn]:
    return table, table.day


def _later(day: ir.DateColumn, days: int) -> ir.DateColumn:
    # A date and an interval are a moment to some engines and a date to others.
    return (day.cast("timestamp") + ibis.interval(days=days)).cast("date")
