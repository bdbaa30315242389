"""Customers are warned of what expires 30 and 7 days ahead, once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.loyalty.books_of_points import DAY, NOW, balances, customer, told, wanted

from regulars.loyalty import services

pytestmark = pytest.mark.django_db
END = NOW + 100 * DAY


@pytest.fixture
def profile(db: None) -> int:
    return customer("C-1")


def earn(profile: int, points: int, order: str, *, ends: datetime = END, at: datetime = NOW) -> None:
    one = wanted(profile, points, order, at=at, expires_at=ends)
    services.settle(wanted=[one], when_spent="owe", now=at)


def warned(now: datetime) -> list[tuple[int, int, str]]:
    """What the log has been told by then."""
    services.run_day(now=now, limit=100)
    return [(one["days"], one["points_minor"], one["expires_at"][:10]) for one in told("points_expiring")]


def test_what_ends_together_is_told_of_together(profile: int) -> None:
    earn(profile, 100, "1")
    earn(profile, 200, "2")
    earn(profile, 400, "3", ends=END + DAY)
    first, other = END.date().isoformat(), (END + DAY).date().isoformat()
    assert warned(END - 31 * DAY) == []
    assert warned(END - 30 * DAY) == [(30, 300, first)]
    assert warned(END - 29 * DAY) == [(30, 300, first), (30, 400, other)]
    assert warned(END - 7 * DAY)[2:] == [(7, 300, first)]
    assert warned(END - 6 * DAY)[3:] == [(7, 400, other)]
    assert len(warned(END - DAY)) == 4
    assert balances(profile) == (0, 700, 0)


def test_only_what_is_left_is_told_of(profile: int) -> None:
    earn(profile, 100, "1")
    earn(profile, 200, "2")
    services.settle(wanted=[wanted(profile, 0, "2")], when_spent="owe", now=NOW)
    assert [points for _, points, _ in warned(END - 30 * DAY)] == [100]


def test_who_has_points_for_a_shorter_time_is_not_told_of_a_longer_one(profile: int) -> None:
    earn(profile, 100, "1", ends=NOW + 20 * DAY)
    earn(profile, 200, "2", ends=NOW + 5 * DAY)
    assert warned(NOW + DAY) == []
    assert [(days, points) for days, points, _ in warned(NOW + 13 * DAY)] == [(7, 100)]


def test_after_a_pause_only_the_nearest_warning_is_given(profile: int) -> None:
    earn(profile, 100, "1")
    assert [(days, points) for days, points, _ in warned(END - 3 * DAY)] == [(7, 100)]


def test_points_that_last_anew_are_warned_of_anew(profile: int) -> None:
    one = wanted(profile, 100, expires_at=END, sliding_days=100)
    services.settle(wanted=[one], when_spent="owe", now=NOW)
    assert len(warned(END - 7 * DAY)) == 1
    services.extend(activity={profile: END - 7 * DAY}, now=END - 7 * DAY)
    assert len(warned(END)) == 1
    moved = END + 93 * DAY
    assert [days for days, *_ in warned(moved - 29 * DAY + timedelta(hours=12))] == [7, 30]
