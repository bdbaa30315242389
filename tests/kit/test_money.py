from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit import money

BIGINT = st.integers(min_value=-(2**63) + 1, max_value=2**63 - 1)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("123.45", "RUB", 12345),
        ("123.455", "RUB", 12346),  # halves away from zero
        ("-123.455", "RUB", -12346),
        ("0.004", "RUB", 0),
        ("1000", "JPY", 1000),
        ("999.5", "JPY", 1000),
        ("1.2345", "KWD", 1235),
        ("0.00005", "CLF", 1),
        ("92233720368547758.07", "USD", 2**63 - 1),
    ],
)
def test_to_minor(amount: str, currency: str, minor: int) -> None:
    assert money.to_minor(Decimal(amount), currency) == minor


@pytest.mark.parametrize(
    ("minor", "currency", "amount"), [(12345, "RUB", "123.45"), (5, "JPY", "5"), (-1, "TND", "-0.001")]
)
def test_to_decimal(minor: int, currency: str, amount: str) -> None:
    assert str(money.to_decimal(minor, currency)) == amount


@given(BIGINT, st.sampled_from(["RUB", "JPY", "KWD", "CLF"]))
def test_there_and_back_loses_nothing(minor: int, currency: str) -> None:
    assert money.to_minor(money.to_decimal(minor, currency), currency) == minor


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "92233720368547758.08", "1E+1000000", "-1E+30"])
def test_what_is_no_amount_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="amount"):
        money.to_minor(Decimal(amount), "RUB")


def test_a_float_is_refused() -> None:
    with pytest.raises(TypeError):
        money.to_minor(0.1, "RUB")  # type: ignore[arg-type]


@pytest.mark.parametrize("currency", ["", "rub", "РУБ", "RU", "RUBL", "R1B"])
def test_what_is_no_currency_is_refused(currency: str) -> None:
    with pytest.raises(ValueError, match="currency"):
        money.exponent(currency)
