from __future__ import annotations

from datetime import date

import pytest

from regulars.analytics.rules.trend import Running, points_of


@pytest.mark.parametrize(
    ("first_day", "as_of", "points"),
    [
        (date(2026, 1, 10), date(2026, 1, 20), [date(2026, 1, 20)]),
        (date(2026, 1, 1), date(2026, 2, 1), [date(2026, 2, 1)]),
        (date(2025, 12, 31), date(2026, 2, 1), [date(2026, 1, 1), date(2026, 2, 1)]),
        (date(2025, 11, 30), date(2026, 1, 2), [date(2025, 12, 1), date(2026, 1, 1), date(2026, 1, 2)]),
    ],
)
def test_month_ends_and_the_day_of_the_run(first_day: date, as_of: date, points: list[date]) -> None:
    assert points_of(first_day, as_of) == points


def test_two_years_of_month_ends() -> None:
    points = points_of(date(2000, 1, 1), date(2026, 3, 15))
    assert len(points) == 25
    assert points[0] == date(2024, 4, 1)


def test_what_came_together_before_a_day() -> None:
    running = Running([(date(2026, 1, 3), 5), (date(2026, 1, 1), 2), (date(2026, 1, 3), 1)])
    days = [date(2026, 1, day) for day in (1, 2, 3, 4)]
    assert [running.before(day) for day in days] == [0, 2, 2, 8]
    assert Running[int]([]).before(days[0]) == 0
