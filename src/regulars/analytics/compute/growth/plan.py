"""Which past moments a forecast learns from, and how far ahead each of them is followed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.analytics.compute.growth.calendar import Floats, Mask

HORIZONS = (364, 180, 88)  # about 12, 6 and 3 months; multiples of four, so that the moments meet
SHORTEST_HISTORY = 2 * HORIZONS[-1]
LOOK_BACK = 3  # horizons: older moments tell of another shop


@dataclass(frozen=True)
class Plan:
    """Days `moments` (ascending) of a history `as_of` days long, to foretell the `target` days that follow.

    Every moment is followed for half the horizon, those old enough for the whole of it: the newest ones
    say how the shop stands now, the older ones how an outcome grows with time.
    """

    as_of: int
    target: int
    horizon: int
    moments: tuple[int, ...]

    @property
    def half(self) -> int:
        return self.horizon // 2

    def ahead(self, moment: int) -> int:
        """How long this moment is followed."""
        return self.horizon if moment + self.horizon <= self.as_of else self.half

    @property
    def followed(self) -> Mask:
        """Which moments are followed for the whole horizon."""
        return np.array([self.ahead(moment) == self.horizon for moment in self.moments])

    @property
    def longest_absence(self) -> int:
        """Longest absence that could have been seen to end; of anybody away for longer nothing is known."""
        return max(moment for moment in self.moments if self.ahead(moment) == self.horizon)

    @property
    def freshness(self) -> Floats:
        """The weight of each moment, halved with every half horizon."""
        age = self.as_of - np.array(self.moments)
        return np.asarray(0.5 ** (age / self.half), dtype=np.float64)

    @property
    def days(self) -> set[int]:
        """The days at which the customers must be known."""
        ahead = {m + days for m in self.moments for days in (0, self.half, self.ahead(m))}
        return ahead | {self.as_of}


def plan(as_of: int, target: int) -> Plan | None:
    """How to foretell the next `target` days of a history `as_of` days long; None where it is too short."""
    for horizon in HORIZONS:
        if as_of >= 2 * horizon and horizon <= target:
            newest = as_of - horizon // 2
            oldest = max(horizon // 2, as_of - LOOK_BACK * horizon)
            moments = range(newest, oldest - 1, -(horizon // 4))
            return Plan(as_of, target, horizon, tuple(reversed(moments)))
    return None
