from __future__ import annotations

import statistics
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.analytics.rules.distribution import Distribution


@given(values=st.lists(st.integers(0, 1000), min_size=2))
def test_quantiles_are_those_of_the_single_values(values: list[int]) -> None:
    counted = Distribution(Counter(values).items())
    deciles = statistics.quantiles(values, n=10, method="inclusive")
    assert counted.median() == statistics.median(values)
    assert counted.quantile(Fraction(9, 10)) == pytest.approx(deciles[8])
    assert (counted.quantile(Fraction(0)), counted.quantile(Fraction(1))) == (min(values), max(values))


def test_one_value_and_none() -> None:
    assert Distribution([(7, 1)]).quantile(Fraction(9, 10)) == 7.0
    assert Distribution([]).median() is None
    assert Distribution([(7, 0)]).count == 0
