"""Who belongs to which group at a moment, by what was known then.

A customer belongs to one group at most, the first that fits in the order of `GROUPS`; cross-selling
(see pairs.py) is about goods rather than persons and may name members of any group once more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from regulars.analytics.compute.growth.calendar import Calendar, Floats, Ints, Mask
from regulars.analytics.compute.growth.ledger import State
from regulars.analytics.rules.retention import REGULAR_DAYS, REGULAR_ORDERS, REGULAR_REPEAT_ORDERS
from regulars.analytics.rules.rhythm import LAPSED_AFTER, LOST_AFTER
from regulars.analytics.types import GrowthKey

GROUPS: Final[tuple[GrowthKey, ...]] = (
    "second_order",
    "win_back",
    "overdue",
    "almost_regulars",
    "keep_best",
)
LATE = 1.5  # times the own usual gap: late for oneself


@dataclass(frozen=True)
class Bounds:
    """What holds for all moments of one forecast: q, and the longest absence that could be seen ending."""

    rhythm: float
    longest_absence: int

    @property
    def within_reach(self) -> int:
        """Days of absence up to which a customer is not lost, and something is known."""
        return min(int(LOST_AFTER * self.rhythm), self.longest_absence)

    @property
    def lapsed_after(self) -> float:
        return LAPSED_AFTER * self.rhythm


def is_regular(orders: Ints, first: Ints, last: Ints) -> Mask:
    """4 orders or more, or 2 or more whose first and last days are a year apart."""
    return (orders >= REGULAR_ORDERS) | ((orders >= REGULAR_REPEAT_ORDERS) & (last - first >= REGULAR_DAYS))


def members(state: State, calendar: Calendar, bounds: Bounds) -> dict[GrowthKey, Ints]:
    """The customers of each group, ascending."""
    absence = state.absence
    known = state.orders > 0
    late = late_for_themselves(state, calendar, bounds)
    regular = is_regular(state.orders, state.first, state.last)
    loyal = (score_at_least(state.orders, known, 4)) & (score_at_least(state.last, known, 3))
    rules: dict[GrowthKey, Mask] = {
        "second_order": (state.orders == 1) & (absence <= bounds.within_reach),
        "win_back": (
            (state.orders >= 2)
            & score_at_least(state.revenue, known, 5)
            & (absence > bounds.lapsed_after)
            & (absence <= bounds.longest_absence)
        ),
        "overdue": late,
        "almost_regulars": (state.orders >= 2) & ~regular & (absence <= bounds.rhythm),
        "keep_best": loyal & (state.orders >= 2) & (absence <= bounds.lapsed_after),
    }
    taken = ~known
    found: dict[GrowthKey, Ints] = {}
    for key in GROUPS:
        found[key] = np.flatnonzero(rules[key] & ~taken)
        taken = taken | rules[key]
    return found


def late_for_themselves(state: State, calendar: Calendar, bounds: Bounds) -> Mask:
    """Three purchase days or more, away for more than 1.5 of their own median gaps, not lapsed."""
    absence = state.absence
    could = (state.orders > 0) & (state.purchase_days >= 3) & (absence <= bounds.lapsed_after)
    return calendar.usual_gap_below(np.where(could, absence / LATE, 0.0), state.purchase_days - 1, state.at)


def score_at_least(values: Ints | Floats, known: Mask, score: int) -> Mask:
    """Whose RFM score by METRICS, from the share of strictly smaller values, reaches `score`."""
    ordered = np.sort(values[known])
    needed = -(-(score - 1) * len(ordered) // 5)  # so many must lie strictly below
    if needed >= len(ordered):
        return np.zeros_like(known)
    if np.searchsorted(ordered, ordered[needed], side="left") < needed:
        needed = int(np.searchsorted(ordered, ordered[needed], side="right"))
    if needed == len(ordered):
        return np.zeros_like(known)
    return np.asarray(known & (values >= ordered[needed]))
