from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.api.ingest.errors import Refused
from regulars.api.ingest.moments import AHEAD_MAX, LATE_MAX, occurred_at

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


def utc(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 5, 20, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("timestamp", "sent_at", "expected"),
    [
        (None, None, NOW),
        ("", "2026-05-20T11:00:00Z", NOW),
        ("2026-05-20T10:00:00Z", None, utc(10)),
        ("2026-05-20T10:00:00.000Z", "2026-05-20T12:00:00Z", utc(10)),
        ("2026-05-20T13:00:00+03:00", None, utc(10)),
        ("2026-05-20T10:00:00", None, utc(10)),
        ("2026-05-20", None, utc(0)),
        (int(utc(10).timestamp()), None, utc(10)),
        (int(utc(10).timestamp()) * 1000, None, utc(10)),
        # A device three years behind: ten minutes before it sent.
        ("2023-01-01T00:00:00Z", "2023-01-01T00:10:00Z", utc(11, 50)),
        # A device a week ahead: now, as far as anybody can say.
        ("2026-05-27T12:00:00Z", "2026-05-27T12:00:01Z", utc(11, 59, 59)),
        ("2026-05-20T12:00:30Z", None, NOW),
        ("2026-05-20T12:00:05Z", "2026-05-20T12:00:00Z", NOW),
    ],
)
def test_the_moment_is_that_of_our_clock(
    timestamp: str | int | None, sent_at: str | None, expected: datetime
) -> None:
    assert occurred_at(timestamp, sent_at, NOW) == expected


@pytest.mark.parametrize(
    ("timestamp", "sent_at", "code"),
    [
        ("yesterday", None, "bad_timestamp"),
        ("2026-13-01T00:00:00Z", None, "bad_timestamp"),
        ("2026-05-20T10:00:00Z", "soon", "bad_timestamp"),
        ("0001-01-01T00:00:00+14:00", None, "bad_timestamp"),
        ("0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z", "bad_timestamp"),
        (1e308, None, "bad_timestamp"),
        (-(10**30), None, "bad_timestamp"),
        ("2019-05-20T10:00:00Z", None, "too_old"),
        (0, None, "too_old"),
        ("2026-05-22T10:00:00Z", None, "in_the_future"),
        ("9999-12-31T23:59:59Z", None, "in_the_future"),
    ],
)
def test_what_is_no_moment_or_an_absurd_one_is_refused(
    timestamp: str | float, sent_at: str | None, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        occurred_at(timestamp, sent_at, NOW)
    assert refused.value.code == code


@given(
    timestamp=st.one_of(st.none(), st.text(max_size=40), st.integers(), st.floats(), st.datetimes().map(str)),
    sent_at=st.one_of(st.none(), st.text(max_size=40), st.integers(), st.floats(), st.datetimes().map(str)),
)
def test_whatever_is_told_the_moment_is_neither_in_the_future_nor_too_long_ago(
    timestamp: str | float | None, sent_at: str | float | None
) -> None:
    try:
        moment = occurred_at(timestamp, sent_at, NOW)
    except Refused:
        return
    assert NOW - LATE_MAX <= moment <= NOW
    assert moment.utcoffset() == timedelta(0)


@given(skew=st.timedeltas(timedelta(days=-9000), timedelta(days=9000)), age=st.integers(0, 10**6))
def test_a_wrong_clock_changes_nothing(skew: timedelta, age: int) -> None:
    timestamp, sent_at = NOW + skew - timedelta(seconds=age), NOW + skew
    assert occurred_at(timestamp.isoformat(), sent_at.isoformat(), NOW) == NOW - timedelta(seconds=age)
    assert timedelta() < AHEAD_MAX
