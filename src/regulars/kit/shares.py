"""Parts of amounts, in whole minor units."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal


def spread(amount: int, over: Sequence[int]) -> list[int]:
    """An amount over lines by what they come to; none gets more than that, all together at most all.

    What rounding down leaves over goes to those who lost most by it, the first of equals first.
    """
    total = sum(over)
    if amount <= 0 or total <= 0:
        return [0] * len(over)
    taken = min(amount, total)
    shares = [part * taken // total for part in over]
    lost = sorted(range(len(over)), key=lambda place: (-(over[place] * taken % total), place))
    for place in lost[: taken - sum(shares)]:
        shares[place] += 1
    return shares


def percent_of(amounts: Sequence[int], percent: Decimal) -> list[int]:
    """So much of each, rounded down; `percent` has two digits behind the point at most."""
    hundredths = int(percent * 100)
    return [amount * hundredths // 10_000 for amount in amounts]
