"""What time does to points, minute by minute."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.loyalty.books_of_points import DAY, NOW, balances, customer, told, wanted

from regulars.loyalty import services

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def profile(db: None) -> int:
    return customer("C-1")


def test_points_become_usable_are_warned_of_and_expire(profile: int) -> None:
    usable, end = NOW + 15 * DAY, NOW + 100 * DAY
    lot = wanted(profile, 500, usable_at=usable, expires_at=end)
    services.settle(wanted=[lot], when_spent="owe", now=NOW)
    for now, done, expected in (
        (usable - MINUTE, 0, (500, 0, 0)),
        (usable, 1, (0, 500, 0)),
        (end - 30 * DAY - MINUTE, 0, (0, 500, 0)),
        (end - 30 * DAY, 1, (0, 500, 0)),
        (end - 29 * DAY, 0, (0, 500, 0)),
        (end - 7 * DAY, 1, (0, 500, 0)),
        (end - MINUTE, 0, (0, 500, 0)),
        (end, 1, (0, 0, 0)),
        (end + DAY, 0, (0, 0, 0)),
    ):
        assert services.run_day(now=now, limit=100) == done
        assert balances(profile) == expected
    assert told("points_became_usable") == [{"points_minor": 500}]
    assert [(t["days"], t["points_minor"]) for t in told("points_expiring")] == [(30, 500), (7, 500)]
    assert told("points_expired") == [{"points_minor": 500}]
