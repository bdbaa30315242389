"""Money between minor units (what is stored) and Decimal (what is reckoned and shown).

Amounts are whole minor units with the currency beside them; how many digits a minor unit has is
defined by ISO 4217. A float is refused everywhere.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

# ISO 4217, list one: the currencies whose exponent is not 2.
_EXPONENTS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
MINOR_MAX = 2**63 - 1
"""What a bigint holds."""


def exponent(currency: str) -> int:
    """Digits after the point of a currency (RUB 2, JPY 0, KWD 3).

    Raises ValueError if the code is not three capital Latin letters.
    """
    if len(currency) != 3 or not currency.isascii() or not currency.isalpha() or not currency.isupper():
        raise ValueError(f"{currency!r} is not a currency code such as RUB or EUR")
    return _EXPONENTS.get(currency, 2)


def to_decimal(minor: int, currency: str) -> Decimal:
    """Minor units as a Decimal in major units: 12345 RUB -> 123.45."""
    return Decimal(minor).scaleb(-exponent(currency))


def to_minor(amount: Decimal | int, currency: str) -> int:
    """Major units as whole minor units, halves rounded away from zero: 123.455 RUB -> 12346.

    Raises TypeError for a float and ValueError for NaN, infinity or what does not fit 64 bits.
    """
    if isinstance(amount, float):
        raise TypeError("money is never a float")
    value = Decimal(amount)
    if not value.is_finite():
        raise ValueError(f"{amount} is not an amount of money")
    # First the size: quantizing a huge exponent would ask for a huge number of digits.
    if value and value.adjusted() > 18:
        raise ValueError(f"{amount} {currency} is too large an amount")
    digits = exponent(currency)
    minor = int(value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP).scaleb(digits))
    if abs(minor) > MINOR_MAX:
        raise ValueError(f"{amount} {currency} is too large an amount")
    return minor
