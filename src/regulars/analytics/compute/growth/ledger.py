"""What was known of every customer when a given day began."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from regulars.analytics.compute.growth.calendar import Floats, Ints
from regulars.analytics.compute.growth.history import History

YEAR = 365


@dataclass(frozen=True)
class State:
    """Each customer when day `at` began; `orders` is 0 for those still to come, whose rest means nothing.

    `recent` is the revenue of the last `recent_days`: a year, or the whole history where it is shorter.
    """

    at: int
    orders: Ints
    revenue: Floats
    recent: Floats
    recent_days: int
    purchase_days: Ints
    first: Ints
    last: Ints

    @property
    def absence(self) -> Ints:
        """Days since the last order."""
        return np.asarray(self.at - self.last)


class Ledger:
    """Orders and revenue of each customer before a few days, and a year before those."""

    def __init__(self, history: History, days: Iterable[int]) -> None:
        self.history = history
        self._edges = sorted({edge for day in days for edge in (day, max(0, day - YEAR))})
        length = int(history.day.max(initial=0)) + 1
        period = np.searchsorted(self._edges, np.arange(length), side="right") * history.size
        cell = period[history.day]
        cell += history.customer
        size = history.size * (len(self._edges) + 1)
        table = np.bincount(cell, weights=history.amount, minlength=size).reshape(-1, history.size)
        self._revenue = np.cumsum(table, axis=0, out=table)
        self._orders: dict[int, Ints] = {}

    def orders(self, before: int) -> Ints:
        if before not in self._orders:
            self._orders[before] = self.history.calendar.orders(before)
        return self._orders[before]

    def revenue(self, before: int) -> Floats:
        """Of one of the days, or a year before."""
        return np.asarray(self._revenue[self._edges.index(before)])

    def state(self, at: int) -> State:
        calendar = self.history.calendar
        orders, since = self.orders(at), max(0, at - YEAR)
        return State(
            at=at,
            orders=orders,
            revenue=self.revenue(at),
            recent=self.revenue(at) - self.revenue(since),
            recent_days=at - since,
            purchase_days=calendar.purchase_days(at),
            first=calendar.first,
            last=calendar.last(orders),
        )
