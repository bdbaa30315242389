"""How many points are likely to expire: by hand on a few months."""

from __future__ import annotations

from datetime import date

from regulars.loyalty.rules.breakage import breakage
from regulars.loyalty.types.breakage import Cohort


def _month(
    month: int, got: int, expired: int, still_open: int, *, lots: int = 50, never: bool = False
) -> Cohort:
    return Cohort(date(2025, month, 1), never, lots, got, expired, still_open)


OVER = [_month(1, 1000, 100, 0), _month(2, 1000, 300, 0), _month(3, 2000, 400, 0)]


def test_the_share_of_the_months_that_are_over_is_expected_of_the_others() -> None:
    found = breakage([*OVER, _month(4, 1000, 50, 600), _month(5, 1000, 0, 900)])
    assert found is not None
    assert (found.months, found.lots, found.got_minor) == (3, 150, 4000)
    assert (found.first, found.last) == (date(2025, 1, 1), date(2025, 3, 1))
    assert found.share == 0.2  # 800 of 4000
    assert (found.low_share, found.high_share) == (0.1, 0.3)
    assert found.expected_minor == (200 - 50) + 200
    assert found.low_minor == (100 - 50) + 100
    assert found.high_minor == (300 - 50) + 300


def test_no_more_expires_than_is_open_and_what_has_expired_stays_expired() -> None:
    found = breakage([*OVER, _month(4, 1000, 10, 20), _month(5, 1000, 500, 400)])
    assert found is not None
    assert found.expected_minor == 20 + 0


def test_points_that_never_expire_are_no_part_of_it() -> None:
    found = breakage([*OVER, _month(1, 5000, 0, 0, never=True), _month(6, 9000, 0, 9000, never=True)])
    assert found is not None
    assert (found.share, found.expected_minor) == (0.2, 0)


def test_nobody_knows_before_enough_months_are_over() -> None:
    assert breakage([]) is None
    assert breakage(OVER[:2]) is None
    assert breakage([_month(m, 1000, 100, 0, lots=30) for m in (1, 2, 3)]) is None  # 90 lots
    few = [_month(m, 1000, 100, 0, lots=19) for m in range(1, 10)]
    assert breakage(few) is None  # two customers would make a month
    assert breakage([*OVER[:2], _month(3, 2000, 100, 21)]) is None  # more than a hundredth is open
    assert breakage([*OVER[:2], _month(3, 2000, 100, 20)]) is not None


def test_months_without_points_left_are_passed_over() -> None:
    assert breakage([*OVER, _month(4, 0, 0, 0)]) == breakage(OVER)
