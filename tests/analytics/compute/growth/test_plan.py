from __future__ import annotations

import pytest

from regulars.analytics.compute.growth.plan import SHORTEST_HISTORY, plan


@pytest.mark.parametrize("days", [SHORTEST_HISTORY, 200, 359, 360, 500, 728, 1000, 4000])
@pytest.mark.parametrize("target", [90, 365])
def test_no_moment_looks_beyond_what_is_known(days: int, target: int) -> None:
    made = plan(days, target)
    assert made is not None
    assert made.moments == tuple(sorted(set(made.moments)))
    assert made.moments[0] >= made.half
    assert all(moment + made.ahead(moment) <= days for moment in made.moments)
    assert max(made.days) == days
    assert made.moments[-1] == days - made.half
    assert days - made.horizon in made.moments
    assert made.longest_absence == days - made.horizon
    assert made.horizon <= target
    assert made.horizon * 2 <= days


def test_the_longest_horizon_that_the_history_bears_twice() -> None:
    found = {days: made.horizon for days in (176, 359, 360, 727, 728) if (made := plan(days, 365))}
    assert found == {176: 88, 359: 88, 360: 180, 727: 180, 728: 364}


def test_too_short() -> None:
    assert plan(SHORTEST_HISTORY - 1, 365) is None
    assert plan(0, 365) is None
    assert plan(-5, 365) is None


def test_newer_moments_weigh_more() -> None:
    made = plan(800, 365)
    assert made is not None
    assert (made.freshness[1:] > made.freshness[:-1]).all()
    assert made.freshness[-1] == pytest.approx(0.5)  # half a horizon old
