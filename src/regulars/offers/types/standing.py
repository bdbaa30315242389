"""A discount that somebody has anyway, beside offers."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.offers.types.terms import OffAmount, OffPercent


@dataclass(frozen=True, slots=True)
class Standing:
    """As that of a tier. It is for carts that come to at least `total_from_minor` before any discount."""

    takes: OffPercent | OffAmount
    total_from_minor: int = 0
