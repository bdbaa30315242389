"""Amounts of about the same worth in each currency, round in all of them."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.kit.money import exponent

_ROUND = {
    "AED": 4_00,
    "AMD": 400_00,
    "AZN": 2_00,
    "BYN": 3_00,
    "CNY": 8_00,
    "CZK": 25_00,
    "GEL": 3_00,
    "IDR": 15_000_00,
    "INR": 80_00,
    "JPY": 150,
    "KGS": 100_00,
    "KRW": 1_500,
    "KZT": 500_00,
    "MDL": 20_00,
    "PLN": 4_00,
    "RSD": 100_00,
    "RUB": 100_00,
    "THB": 40_00,
    "TJS": 10_00,
    "TRY": 40_00,
    "UAH": 40_00,
    "UZS": 12_000_00,
    "VND": 25_000,
}
"""About a dollar or a hundred roubles, in minor units; where nothing is said, one whole of the currency."""


@dataclass(frozen=True, slots=True)
class Units:
    """Money of a currency, told in about dollars."""

    currency: str
    minor: int

    def __call__(self, count: int) -> int:
        """So many of them, in minor units."""
        return count * self.minor

    @property
    def worth_minor(self) -> int:
        """What a point is worth: a hundredth."""
        return max(1, self.minor // 100)

    def points(self, count: int) -> int:
        """Points (minor units) worth so many of them."""
        return self(count) * 100 // self.worth_minor


def units(currency: str) -> Units:
    """Those of a currency."""
    return Units(currency, _ROUND.get(currency, 10 ** exponent(currency)))
