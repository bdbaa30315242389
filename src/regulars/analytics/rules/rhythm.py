"""The shop's own rhythm: by what measure of days a customer is late, away or gone."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from regulars.analytics.rules.distribution import Distribution
from regulars.analytics.types import Stage

SHARE = Fraction(9, 10)
SHORTEST_DAYS = 30.0
UNKNOWN_DAYS = 90.0
ENOUGH_PAIRS = 50

AT_RISK_AFTER: Final = 1
LAPSED_AFTER: Final = 2
LOST_AFTER: Final = 4
AWAY_AFTER: Final = 2
"""How many times the rhythm: since the last order, and (away) between the last order and the one before."""

STAGES: Final[tuple[Stage, ...]] = ("lost", "lapsed", "at_risk", "returned", "regular", "active", "new")
"""In the order they are tested: the first that fits is the customer's."""


def rhythm_days(gaps: Distribution) -> float:
    """q: nine out of ten repeat purchases come within so many days of the one before."""
    if gaps.count < ENOUGH_PAIRS:
        return UNKNOWN_DAYS
    return max(SHORTEST_DAYS, gaps.quantile(SHARE) or 0.0)
