"""Customers by the month of their first order, and the months of the shop."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import ibis.expr.types as ir

from regulars.analytics.compute.engine import Engine
from regulars.analytics.rules.money import money
from regulars.analytics.types import Cohort, Month


@dataclass(frozen=True)
class CohortMonth:
    """What customers won through `channel` in the month `first` did in `month` (both counted from year 0).

    `active` customers had an order; `first_orders` are theirs where `month` is `first`, else 0.
    """

    channel: str | None
    first: int
    month: int
    orders: int
    revenue: Decimal
    active: int
    first_orders: int
    first_revenue: Decimal


def cohort_months(engine: Engine, sequenced: ir.Table) -> list[CohortMonth]:
    return [CohortMonth(**row) for row in engine.rows(by_cohort(sequenced))]


def by_cohort(sequenced: ir.Table) -> ir.Table:
    """One row per channel of first order, month of first order, and month."""
    firsts = sequenced.filter(sequenced.previous_day.isnull())
    firsts = firsts.select("customer", channel=firsts.channel, first=_month(firsts.day))
    orders = sequenced.select("customer", "day", "previous_day", "amount")
    joined = orders.join(firsts, "customer")
    is_first = joined.previous_day.isnull()
    # A customer's first order within a month is the one whose predecessor lies in a month before.
    opens_month = is_first | (joined.previous_day < joined.day.truncate("M"))
    return joined.group_by("channel", "first", month=_month(joined.day)).agg(
        orders=joined.count(),
        revenue=joined.amount.sum(),
        active=joined.count(where=opens_month),
        first_orders=joined.count(where=is_first),
        first_revenue=joined.amount.sum(where=is_first).coalesce(0),
    )


def cohorts(found: list[CohortMonth], *, as_of: date) -> list[Cohort]:
    """One for each month that won customers, with every month since then."""
    last = month_number(as_of - timedelta(days=1))
    return [
        _cohort([c for c in found if c.first == first], first, last, as_of)
        for first in sorted({c.first for c in found})
    ]


def months(found: list[CohortMonth], *, first_day: date, as_of: date) -> list[Month]:
    """Every month of the span, also those without orders."""
    last = month_number(as_of - timedelta(days=1))
    rows: defaultdict[int, list[CohortMonth]] = defaultdict(list)
    for c in found:
        rows[c.month].append(c)
    return [_month_of(rows[number], number, as_of) for number in range(month_number(first_day), last + 1)]


def month_number(day: date) -> int:
    """Months since year 0, so that later months are larger by one."""
    return day.year * 12 + day.month - 1


def _month(day: ir.DateColumn) -> ir.IntegerColumn:
    return (day.year() * 12 + day.month() - 1).cast("int32")


def _name(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def _is_partial(number: int, as_of: date) -> bool:
    """Whether the month was not over when `as_of` began."""
    return number >= month_number(as_of)


def _cohort(rows: list[CohortMonth], first: int, last: int, as_of: date) -> Cohort:
    size = sum(row.first_orders for row in rows)
    numbers = range(first, last + 1)
    active = [sum(row.active for row in rows if row.month == n) for n in numbers]
    revenue = [sum((row.revenue for row in rows if row.month == n), Decimal(0)) for n in numbers]
    return Cohort(
        month=_name(first),
        size=size,
        active=active,
        revenue=[money(r) for r in revenue],
        retention=[a / size for a in active],
        partial=[_is_partial(n, as_of) for n in numbers],
    )


def _month_of(rows: list[CohortMonth], number: int, as_of: date) -> Month:
    revenue = sum((row.revenue for row in rows), Decimal(0))
    new_revenue = sum((row.first_revenue for row in rows), Decimal(0))
    new_orders = sum(row.first_orders for row in rows)
    return Month(
        month=_name(number),
        new_orders=new_orders,
        returning_orders=sum(row.orders for row in rows) - new_orders,
        new_revenue=money(new_revenue),
        returning_revenue=money(revenue - new_revenue),
        partial=_is_partial(number, as_of),
    )
