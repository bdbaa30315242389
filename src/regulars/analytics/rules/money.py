"""Money at the end of a computation: until then it is exact, here it is rounded once."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

CENT = Decimal("0.01")


def money(amount: Decimal) -> Decimal:
    """Rounded to 2 decimals, halves away from zero."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def share(part: Decimal | int, whole: Decimal | int) -> float | None:
    """part / whole as the nearest float; None where the whole is nothing."""
    return float(Fraction(part) / Fraction(whole)) if whole else None
