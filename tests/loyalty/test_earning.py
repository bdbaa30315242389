"""What an order earns and what of it may be paid with points, against exact fractions."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.loyalty.rules.earning import discount_minor, earned_minor, payable_minor
from regulars.loyalty.types import MINOR, Programme

PERCENT = st.decimals(min_value=0, max_value=100, places=2)
AMOUNT = st.integers(min_value=0, max_value=10**12)


@st.composite
def programmes(draw: st.DrawFn) -> Programme:
    return Programme(
        currency="RUB",
        cashback_percent=draw(PERCENT),
        spend_percent=draw(PERCENT),
        spend_from_minor=draw(st.integers(0, 100_000)),
        worth_minor=draw(st.integers(1, 100_000)),
        whole_points=draw(st.booleans()),
    )


@given(AMOUNT, programmes())
def test_an_order_earns_its_share_rounded_down_once(paid: int, programme: Programme) -> None:
    earned = earned_minor(paid_minor=paid, currency="RUB", programme=programme)
    points = Fraction(paid) * Fraction(programme.cashback_percent) / 100 / programme.worth_minor
    step = 1 if programme.whole_points else Fraction(1, MINOR)
    assert Fraction(earned, MINOR) % step == 0
    assert Fraction(earned, MINOR) <= points < Fraction(earned, MINOR) + step


@given(AMOUNT, AMOUNT, programmes())
def test_no_more_is_paid_with_points_than_allowed_and_there(
    total: int, spendable: int, programme: Programme
) -> None:
    payable = payable_minor(total_minor=total, programme=programme, spendable_minor=spendable)
    assert 0 <= payable <= spendable
    assert payable == 0 or payable >= programme.spend_from_minor
    assert (
        Fraction(payable) * programme.worth_minor / MINOR
        <= Fraction(total) * Fraction(programme.spend_percent) / 100
    )
    assert discount_minor(payable, programme) <= total


@given(st.lists(AMOUNT, min_size=1, max_size=6), programmes())
def test_what_is_left_of_an_order_never_earns_more_than_the_whole(
    lines: list[int], programme: Programme
) -> None:
    earned = [
        earned_minor(paid_minor=sum(lines[:n]), currency="RUB", programme=programme)
        for n in range(len(lines) + 1)
    ]
    assert earned == sorted(earned)
    assert earned[0] == 0


@pytest.mark.parametrize(
    ("paid", "percent", "whole", "points"),
    [
        (199_999, "5", True, 9_900),
        (199_999, "5", False, 9_999),
        (200_000, "5", True, 10_000),
        (1_999, "5", True, 0),
        (100_000, "0.01", False, 10),
        (-5, "5", False, 0),
    ],
)
def test_points_for_roubles(paid: int, percent: str, whole: bool, points: int) -> None:
    programme = Programme(cashback_percent=Decimal(percent), whole_points=whole, currency="RUB")
    assert earned_minor(paid_minor=paid, currency="RUB", programme=programme) == points


def test_other_money_and_a_stopped_programme_earn_and_pay_nothing() -> None:
    programme = Programme(currency="RUB")
    stopped = programme.model_copy(update={"running": False})
    assert earned_minor(paid_minor=100_000, currency="EUR", programme=programme) == 0
    assert earned_minor(paid_minor=100_000, currency="RUB", programme=stopped) == 0
    for of, currency in ((programme, "EUR"), (stopped, "RUB")):
        assert payable_minor(total_minor=10**6, programme=of, spendable_minor=10**6, currency=currency) == 0
