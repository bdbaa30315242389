"""What became of points that were earned in one month, and how many are likely to expire unspent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Cohort:
    """Points of the lots earned in one month; minor units.

    `never`: those of it that do not expire stand apart. `got_minor`: what is left after returns took back.
    """

    month: date
    never: bool
    lots: int
    got_minor: int
    expired_minor: int
    open_minor: int


@dataclass(frozen=True, slots=True)
class Breakage:
    """How much of what is open now is likely to expire unspent, and what that rests on; minor units.

    `share`: of the points of the months that are over, what expired; `low_share` and `high_share`: of the
    months with the least and the most. `expected_minor` and the two beside it: of what is open now.
    """

    months: int
    first: date
    last: date
    lots: int
    got_minor: int
    share: float
    low_share: float
    high_share: float
    expected_minor: int
    low_minor: int
    high_minor: int
