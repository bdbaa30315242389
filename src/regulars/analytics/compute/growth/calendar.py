"""When each customer ordered, and their rhythm."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regulars.analytics.rules.distribution import Distribution
from regulars.analytics.rules.rhythm import rhythm_days

Ints = NDArray[np.integer[Any]]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_DAY_BITS = 20
_DAY_MASK = (1 << _DAY_BITS) - 1


@dataclass(frozen=True)
class Calendar:
    """The days of all orders, those of a customer together and ascending; `start` is where each begins.

    `start` has one entry more than there are customers. Every answer costs a pass over all orders and no
    sorting, except where it says so: a shop may have ten million.
    """

    day: Ints
    start: Ints

    @classmethod
    def of(cls, customer: Ints, day: Ints, size: int) -> Calendar:
        keys = customer.astype(np.int64)
        start = np.concatenate(([0], np.cumsum(np.bincount(keys, minlength=size))))
        keys <<= _DAY_BITS
        keys |= day
        keys.sort()
        keys &= _DAY_MASK
        narrow = int(day.max(initial=0)) < np.iinfo(np.int16).max  # 89 years; half the memory to go through
        return cls(keys.astype(np.int16 if narrow else np.int32), start)

    @cached_property
    def gaps(self) -> Ints:
        """Days from each order to the one before it; 0 on the same day, and for a customer's first."""
        gaps = np.zeros_like(self.day)
        np.subtract(self.day[1:], self.day[:-1], out=gaps[1:])
        gaps[self.start[:-1][np.diff(self.start) > 0]] = 0
        return gaps

    @cached_property
    def first(self) -> Ints:
        """The first day of each customer; of those without orders, any."""
        return np.asarray(self.day[np.minimum(self.start[:-1], len(self.day) - 1)], dtype=np.int32)

    def orders(self, before: int) -> Ints:
        """Orders of each customer before the day."""
        return self._count(self.day < before)

    def purchase_days(self, before: int) -> Ints:
        """Different days with an order of each customer before the day."""
        later = self._count((self.gaps > 0) & (self.day < before))
        return np.asarray(later + ((self.first < before) & (np.diff(self.start) > 0)))

    def last(self, orders: Ints) -> Ints:
        """The day of the last of so many orders of each customer; of those with none, any."""
        return np.asarray(self.day[np.maximum(self.start[:-1] + orders - 1, 0)], dtype=np.int32)

    def rhythm(self, before: int) -> float:
        """q, in days, by what was known when the day `before` began."""
        known = self.day < before
        counts = np.bincount(self.gaps if known.all() else self.gaps[known], minlength=1)
        return rhythm_days(Distribution((days, int(count)) for days, count in enumerate(counts) if days))

    def usual_gap_below(self, limit: Floats, gaps: Ints, before: int) -> Mask:
        """Whether the median days between a customer's purchase days before a day are fewer than `limit`.

        `gaps`: how many there are, one fewer than the purchase days. False where the limit or they are 0.
        """
        whole = np.minimum(np.ceil(limit), np.iinfo(self.day.dtype).max).astype(self.day.dtype)
        below = self.gaps < np.repeat(whole, np.diff(self.start))
        below &= self.gaps > 0
        below &= self.day < before
        twice = 2 * self._count(below)
        found = twice > gaps
        between = np.flatnonzero((twice == gaps) & (gaps > 0))  # the median is between two gaps
        found[between] = self.usual_gaps(between, before) < limit[between]
        return np.asarray(found)

    def usual_gaps(self, customers: Ints, before: int) -> Floats:
        """The median days themselves, by sorting; of customers with two purchase days before the day."""
        orders = self.start[customers + 1] - self.start[customers]
        whose = np.repeat(np.arange(len(customers), dtype=np.int64), orders)
        place = np.arange(len(whose)) + np.repeat(self.start[customers] - np.cumsum(orders) + orders, orders)
        known = (self.gaps[place] > 0) & (self.day[place] < before)
        keys = (whose[known] << _DAY_BITS) | self.gaps[place[known]]
        keys.sort()
        many = np.bincount(whose[known], minlength=len(customers))
        begins = np.cumsum(many) - many
        low, high = keys[begins + (many - 1) // 2], keys[begins + many // 2]
        return np.asarray(((low & _DAY_MASK) + (high & _DAY_MASK)) / 2.0)

    def _count(self, which: Mask) -> Ints:
        so_far = np.cumsum(which, dtype=np.int32)
        ends = np.concatenate((np.zeros(1, dtype=np.int32), so_far))[self.start]
        return np.diff(ends)
