"""From when to when points can be spent, by the customer's calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.loyalty.rules.lifetime import after, lasting, lifetime, sliding_days
from regulars.loyalty.types import Lifetime, Programme
from regulars.loyalty.types.programme import (
    AfterDays,
    AfterDelivery,
    AfterReturnWindow,
    AtOnce,
    Expiry,
    Never,
    OnDay,
    Usable,
    WithoutPurchase,
)

MOSCOW = ZoneInfo("Europe/Moscow")
VLADIVOSTOK = ZoneInfo("Asia/Vladivostok")
NEW_YORK = ZoneInfo("America/New_York")
SECOND = timedelta(seconds=1)


def life(
    usable: Usable,
    expiry: Expiry,
    earned: datetime,
    *,
    delivered: datetime | None = None,
    zone: ZoneInfo = MOSCOW,
    window: int = 14,
) -> Lifetime:
    programme = Programme(usable=usable, expiry=expiry)
    return lifetime(programme, earned_at=earned, delivered_at=delivered, zone=zone, return_window_days=window)


def moscow(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=MOSCOW)


EARNED = moscow(2026, 3, 1, 15, 30)


@pytest.mark.parametrize(
    ("usable", "delivered", "expected"),
    [
        (AtOnce(), None, EARNED),
        (AfterReturnWindow(), None, moscow(2026, 3, 16)),
        (AfterReturnWindow(days=0), None, EARNED),
        (AfterReturnWindow(days=1), None, moscow(2026, 3, 3)),
        (AfterDelivery(), None, None),
        (AfterDelivery(), moscow(2026, 3, 5, 12), moscow(2026, 3, 5, 12)),
        (AfterDelivery(days=14), moscow(2026, 3, 5, 12), moscow(2026, 3, 20)),
    ],
)
def test_when_points_become_usable(
    usable: Usable, delivered: datetime | None, expected: datetime | None
) -> None:
    assert life(usable, Never(), EARNED, delivered=delivered).usable_at == expected


def test_whole_days_count_from_the_day_after_the_order_whatever_its_hour() -> None:
    for earned in (moscow(2026, 3, 1), moscow(2026, 3, 1, 23, 59)):
        assert life(AfterReturnWindow(days=14), Never(), earned).usable_at == moscow(2026, 3, 16)


@pytest.mark.parametrize(
    ("expiry", "last"),
    [
        (Never(), None),
        (AfterDays(days=30), date(2026, 3, 31)),
        (WithoutPurchase(days=30), date(2026, 3, 31)),
        (OnDay(month=12, day=31, years=0), date(2026, 12, 31)),
        (OnDay(month=12, day=31, years=1), date(2027, 12, 31)),
        (OnDay(month=2, day=29, years=2), date(2028, 2, 29)),
        (OnDay(month=2, day=29, years=1), date(2027, 2, 28)),
        (OnDay(month=4, day=31, years=0), date(2026, 4, 30)),
        (OnDay(month=2, day=1, years=0), date(2027, 2, 1)),
    ],
)
def test_the_last_day_is_usable_whole(expiry: Expiry, last: date | None) -> None:
    found = life(AtOnce(), expiry, EARNED)
    assert found.last_day == last
    if last is None:
        assert found.expires_at is None
    else:
        assert found.expires_at is not None
        assert (found.expires_at - SECOND).astimezone(MOSCOW).date() == last
        assert found.expires_at.astimezone(MOSCOW) == datetime(
            *(last + timedelta(days=1)).timetuple()[:3], tzinfo=MOSCOW
        )


def test_days_are_those_of_the_customers_zone() -> None:
    earned = datetime(2026, 3, 1, 20, tzinfo=UTC)
    here, there = (life(AtOnce(), AfterDays(days=1), earned, zone=zone) for zone in (MOSCOW, VLADIVOSTOK))
    assert (here.last_day, there.last_day) == (date(2026, 3, 2), date(2026, 3, 3))
    assert here.expires_at == datetime(2026, 3, 2, 21, tzinfo=UTC)
    assert there.expires_at == datetime(2026, 3, 3, 14, tzinfo=UTC)


def test_a_day_is_23_or_25_hours_long_where_the_clocks_are_changed() -> None:
    lengths = {
        day: after(day, NEW_YORK) - after(day - timedelta(days=1), NEW_YORK)
        for day in (date(2026, 3, 8), date(2026, 11, 1), date(2026, 6, 1))
    }
    assert [length / timedelta(hours=1) for length in lengths.values()] == [23, 25, 24]


@pytest.mark.parametrize(
    ("zone", "last", "expected"),
    [
        ("America/Sao_Paulo", date(2018, 11, 3), datetime(2018, 11, 4, 3, tzinfo=UTC)),
        ("America/Havana", date(2018, 11, 3), datetime(2018, 11, 4, 4, tzinfo=UTC)),
        ("Pacific/Apia", date(2011, 12, 29), datetime(2011, 12, 30, 10, tzinfo=UTC)),
        ("Pacific/Apia", date(2011, 12, 30), datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ],
    ids=["midnight is skipped", "midnight comes twice", "before a day that never was", "that day"],
)
def test_midnights_that_are_not_ordinary(zone: str, last: date, expected: datetime) -> None:
    assert after(last, ZoneInfo(zone)) == expected


def test_nothing_ends_before_it_can_be_spent_for_a_day() -> None:
    late = moscow(2026, 12, 25, 12)
    on_day = life(AfterReturnWindow(days=14), OnDay(month=12, day=31, years=0), late)
    assert on_day.last_day == date(2027, 12, 31)
    sliding = life(AfterReturnWindow(days=14), WithoutPurchase(days=7), late)
    assert (sliding.usable_at, sliding.last_day) == (moscow(2027, 1, 9), date(2027, 1, 9))


def test_what_waits_for_a_delivery_has_no_end_unless_purchases_move_it() -> None:
    assert life(AfterDelivery(), AfterDays(days=30), EARNED).expires_at is None
    assert life(AfterDelivery(), OnDay(), EARNED).expires_at is None
    assert life(AfterDelivery(), WithoutPurchase(days=30), EARNED).last_day == date(2026, 3, 31)


def test_a_purchase_moves_the_end() -> None:
    programme = Programme(usable=AtOnce(), expiry=WithoutPurchase(days=90))
    assert (sliding_days(programme), sliding_days(Programme(expiry=AfterDays()))) == (90, None)
    found = lasting(since=moscow(2026, 5, 10, 23), days=90, zone=MOSCOW)
    assert found == moscow(2026, 8, 9) == life(AtOnce(), programme.expiry, moscow(2026, 5, 10)).expires_at


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="nobody's calendar"):
        life(AtOnce(), Never(), EARNED.replace(tzinfo=None))


_SERVER = """
SELECT (x.day + 1)::timestamp AT TIME ZONE x.zone, (x.moment AT TIME ZONE x.zone)::date
FROM unnest(%s::date[], %s::text[], %s::timestamptz[]) AS x(day, zone, moment)
"""
ZONES = (
    "Europe/Moscow",
    "Asia/Kamchatka",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "UTC",
)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None)
@given(
    cases=st.lists(
        st.tuples(
            st.datetimes(datetime(2015, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
            st.sampled_from(ZONES),
            st.integers(1, 800),
        ),
        min_size=1,
        max_size=50,
    )
)
def test_the_server_counts_the_same_days(cases: list[tuple[datetime, str, int]]) -> None:
    """The oracle is PostgreSQL's calendar. None of these zones changes its clocks at midnight."""
    ours = [life(AtOnce(), AfterDays(days=days), moment, zone=ZoneInfo(zone)) for moment, zone, days in cases]
    with connection.cursor() as cursor:
        lasts = [one.last_day for one in ours]
        cursor.execute(_SERVER, [lasts, [zone for _, zone, _ in cases], [moment for moment, *_ in cases]])
        for one, (_, _, days), (end, first_day) in zip(ours, cases, cursor.fetchall(), strict=True):
            assert one.expires_at == end
            assert one.last_day == first_day + timedelta(days=days)
