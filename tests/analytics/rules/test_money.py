from __future__ import annotations

from decimal import Decimal

import pytest

from regulars.analytics.rules.money import money, share


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [("0.005", "0.01"), ("2.345", "2.35"), ("-0.005", "-0.01"), ("1", "1.00"), ("0.0049", "0.00")],
)
def test_halves_are_rounded_away_from_zero(amount: str, rounded: str) -> None:
    assert str(money(Decimal(amount))) == rounded


def test_share_is_the_nearest_float() -> None:
    assert share(Decimal("0.1"), Decimal("0.3")) == 1 / 3
    assert share(Decimal(1), 0) is None
