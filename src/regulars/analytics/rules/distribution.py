"""Quantiles of whole numbers from how often each occurs: exact, however many there are."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

HALF = Fraction(1, 2)


class Distribution:
    """Whole numbers with their counts."""

    def __init__(self, counted: Iterable[tuple[int, int]]) -> None:
        self._counted = sorted((value, count) for value, count in counted if count)
        self.count = sum(count for _, count in self._counted)

    def quantile(self, share: Fraction) -> float | None:
        """The value at `share` of the way from the least to the largest, interpolated; None if there is none.

        That is type 7 of Hyndman and Fan (1996), "Sample quantiles in statistical packages".
        """
        if not self.count:
            return None
        position = share * (self.count - 1)
        below = position.numerator // position.denominator
        low, high = self._at(below), self._at(min(below + 1, self.count - 1))
        return float(low + (high - low) * (position - below))

    def median(self) -> float | None:
        return self.quantile(HALF)

    def _at(self, index: int) -> int:
        seen = 0
        for value, count in self._counted:
            seen += count
            if index < seen:
                return value
        raise IndexError(index)
