from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit import schedules
from regulars.kit.schedules import Daily, Every, Schedule


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("minutes", "moment", "due"),
    [
        (1, "2026-01-01T00:00:00+00:00", "2026-01-01T00:01:00+00:00"),
        (5, "2026-01-01T00:04:59.999999+00:00", "2026-01-01T00:05:00+00:00"),
        (60, "2026-01-01T12:30:00+00:00", "2026-01-01T13:00:00+00:00"),
        (1440, "2026-01-01T00:00:00+03:00", "2026-01-01T00:00:00+00:00"),
    ],
)
def test_every(minutes: int, moment: str, due: str) -> None:
    assert Every(minutes).next_after(at(moment)) == at(due)


@pytest.mark.parametrize(
    ("cadence", "moment", "due"),
    [
        (Daily(time(3)), "2026-01-01T02:59:00+00:00", "2026-01-01T03:00:00+00:00"),
        (Daily(time(3)), "2026-01-01T03:00:00+00:00", "2026-01-02T03:00:00+00:00"),
        (Daily(time(9), "Asia/Vladivostok"), "2026-01-01T00:00:00+00:00", "2026-01-02T09:00:00+10:00"),
        # 02:30 does not exist on that day in Berlin: it happens at 03:30 of the new time.
        (Daily(time(2, 30), "Europe/Berlin"), "2026-03-29T00:00:00+01:00", "2026-03-29T03:30:00+02:00"),
        # 02:30 comes twice: the first one counts, the second does not.
        (Daily(time(2, 30), "Europe/Berlin"), "2026-10-25T00:00:00+02:00", "2026-10-25T02:30:00+02:00"),
        (Daily(time(2, 30), "Europe/Berlin"), "2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"),
    ],
)
def test_daily(cadence: Daily, moment: str, due: str) -> None:
    assert cadence.next_after(at(moment)) == at(due)


@given(
    st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.timezones()),
    st.one_of(st.builds(Every, st.integers(1, 10_000)), st.builds(Daily, st.times(), st.timezone_keys())),
)
def test_the_next_time_is_always_later(moment: datetime, cadence: Every | Daily) -> None:
    assert cadence.next_after(moment) > moment


def test_less_than_a_minute_is_refused() -> None:
    with pytest.raises(ValueError, match="once a minute"):
        Every(0)


def test_a_name_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedules, "_schedules", {})
    one = Schedule(name="shop.sweep", cadence=Every(1), run=lambda now, limit: 0)
    schedules.register(one)
    with pytest.raises(ValueError, match="twice"):
        schedules.register(one)
    assert schedules.registered() == [one]
