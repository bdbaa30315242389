"""Figures at one day after another, from counts of days: no customer is looked at twice.

A customer counts as active at T where they ordered in [T - w, T): of such a customer exactly one order is
the last before T. An order of day p whose customer comes again on day n (or never) is that one for the T
of (p, min(n, p + w)]. So the number of active customers at T is how many of these stretches have begun,
less how many are over; and the same holds for those who were active one window before and came back.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Final, Generic, TypeVar

from regulars.analytics.rules.money import money, share
from regulars.analytics.types import TrendPoint

MONTHS: Final = 24
"""How many month ends a trend looks back."""

Amount = TypeVar("Amount", int, Decimal)


class Running(Generic[Amount]):
    """Amounts by day, and how much had come together before any day."""

    def __init__(self, by_day: Iterable[tuple[date, Amount]]) -> None:
        ordered = sorted(by_day)
        self._days = [day for day, _amount in ordered]
        self._sums: list[Amount] = list(accumulate(amount for _day, amount in ordered))

    def before(self, day: date) -> Amount | int:
        place = bisect_left(self._days, day)
        return self._sums[place - 1] if place else 0


@dataclass(frozen=True, kw_only=True)
class Days:
    """How many customers, or orders, fall on each day.

    `first`, `second`, `regular`: customers by the day of their first and second order, and by that on
    which they became regulars. `begun` and `over`: the stretches told of above; `back_begun`, `back_over`:
    those of customers who came back.
    """

    orders: Running[int]
    revenue: Running[Decimal]
    first: Running[int]
    second: Running[int]
    regular: Running[int]
    begun: Running[int]
    over: Running[int]
    back_begun: Running[int]
    back_over: Running[int]


def points_of(first_day: date, as_of: date) -> list[date]:
    """The last month ends after `first_day` and before `as_of` (as the day after them), and `as_of`."""
    month = as_of.replace(day=1)
    if month == as_of:
        month = _month_before(month)
    found = [as_of]
    while month > first_day and len(found) <= MONTHS:
        found.append(month)
        month = _month_before(month)
    return found[::-1]


def trend(days: Days, *, first_day: date, as_of: date, window_days: int) -> list[TrendPoint]:
    """One point for each of `points_of`; the window of retention is the same for all."""
    return [_point(days, at, first_day, timedelta(days=window_days)) for at in points_of(first_day, as_of)]


def _point(days: Days, at: date, first_day: date, window: timedelta) -> TrendPoint:
    customers, orders = days.first.before(at), days.orders.before(at)
    revenue = Decimal(days.revenue.before(at))
    earlier = _active(days, at - window)
    retained = days.back_begun.before(at) - days.back_over.before(at)
    retention = share(retained, earlier) if at - first_day >= 2 * window else None
    new = customers - days.first.before(at - window)
    return TrendPoint(
        as_of=at,
        customers=customers,
        orders=orders,
        revenue=money(revenue),
        average_order_value=money(revenue / orders) if orders else None,
        repeat_purchase_rate=share(days.second.before(at), customers),
        regulars_share=share(days.regular.before(at), customers),
        retention_rate=retention,
        churn_rate=None if retention is None else 1 - retention,
        new_customer_rate=share(new, _active(days, at)),
    )


def _active(days: Days, at: date) -> int:
    return days.begun.before(at) - days.over.before(at)


def _month_before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)
