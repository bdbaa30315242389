from __future__ import annotations

from typing import get_args

import pytest

from regulars.analytics.rules.distribution import Distribution
from regulars.analytics.rules.retention import retention_window_days
from regulars.analytics.rules.rhythm import STAGES, rhythm_days
from regulars.analytics.types import Stage


@pytest.mark.parametrize(
    ("gaps", "days"),
    [
        ([], 90.0),
        ([(200, 49)], 90.0),  # too few to tell
        ([(200, 50)], 200.0),
        ([(3, 50)], 30.0),  # a daily shop does not lose a customer within a week
        ([(100, 90), (200, 10)], 110.0),  # place 0.9 × 99 = 89.1: a tenth of the way from 100 to 200
    ],
)
def test_rhythm(gaps: list[tuple[int, int]], days: float) -> None:
    assert rhythm_days(Distribution(gaps)) == pytest.approx(days)


def test_stages_are_all_there() -> None:
    assert sorted(STAGES) == sorted(get_args(Stage))


@pytest.mark.parametrize(("span", "window"), [(1, 90), (729, 90), (730, 365), (5000, 365)])
def test_window_is_a_year_where_two_of_them_are_known(span: int, window: int) -> None:
    assert retention_window_days(span) == window
