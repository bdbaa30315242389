"""The shop's orders as arrays.

Days count from the first day of the shop's history (0). Money is in millionths of the major unit, held
as floats that are whole numbers: the sums of a customer are exact below nine thousand million major
units, so that no result depends on the order of the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import duckdb
import numpy as np
from numpy.typing import NDArray

from regulars.analytics.compute.growth.calendar import Calendar, Floats, Ints

MILLION = 1_000_000


@dataclass(frozen=True)
class History:
    """Orders, one entry each; `customer` counts from 0, `numbers` are the customers' numbers in the shop."""

    customer: Ints
    day: Ints
    amount: Floats
    numbers: Ints

    @property
    def size(self) -> int:
        return len(self.numbers)

    @cached_property
    def calendar(self) -> Calendar:
        return Calendar.of(self.customer, self.day, self.size)

    def sample(self, at_most: int) -> History:
        """About so many of the customers, chosen by their number, with all their orders."""
        if self.size <= at_most:
            return self
        chosen = np.flatnonzero(scattered(self.numbers) < np.uint64(int(at_most / self.size * 2**64)))
        index = np.full(self.size, -1, dtype=np.int32)
        index[chosen] = np.arange(len(chosen), dtype=np.int32)
        customer = index[self.customer]
        kept = customer >= 0
        return History(customer[kept], self.day[kept], self.amount[kept], self.numbers[chosen])


def load(con: duckdb.DuckDBPyConnection, *, as_of: date, first_day: date) -> History:
    """The orders that count, from the table `orders`."""
    rows = con.execute(
        """select customer, (day - $first)::integer as day, amount::double as amount
        from orders where day < $as_of""",
        {"first": first_day, "as_of": as_of},
    ).fetchnumpy()
    ((size,),) = con.execute("select coalesce(max(customer), 0) from orders").fetchall()
    return History(
        customer=np.asarray(rows["customer"], dtype=np.int32) - 1,
        day=np.asarray(rows["day"], dtype=np.int32),
        amount=np.rint(np.asarray(rows["amount"], dtype=np.float64) * MILLION),
        numbers=np.arange(1, size + 1, dtype=np.int32),
    )


def scattered(numbers: Ints) -> NDArray[np.uint64]:
    """A random number of 64 bits for each customer, always the same."""
    hashed = numbers.astype(np.uint64)
    for _ in range(2):  # multiply and fold, so that neighbours fall apart
        hashed *= np.uint64(0xD6E8_FEB8_6659_FD93)
        hashed ^= hashed >> np.uint64(32)
    return hashed
