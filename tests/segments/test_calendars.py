"""Days are of the customer's calendar: over midnights, changes of the clock, leap days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.segments.asked import NOW, SHOP, compiled, did, found, person, read, turns

from regulars.segments.compiling import Surroundings
from regulars.segments.types import (
    Anniversary,
    DaysAgo,
    Did,
    Has,
    Known,
    OnDays,
    Sequence,
    Step,
    Test,
    Where,
    Within,
)

pytestmark = pytest.mark.django_db
BIRTHDAY = "customers.birthday"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def is_so(test: Test, moment: str, **who: Any) -> bool:
    """Whether somebody's birthday passes a test at a moment."""
    one = person(**who)
    return one in found(Has(BIRTHDAY, test), at(moment))


@pytest.mark.parametrize(
    ("born", "today", "before", "after", "so"),
    [
        ("1990-05-08", "2026-05-01", 7, 0, True),
        ("1990-05-08", "2026-04-30", 7, 0, False),
        ("1990-05-08", "2026-05-08", 0, 0, True),
        ("1990-05-08", "2026-05-09", 7, 0, False),
        ("1990-05-08", "2026-05-11", 7, 3, True),
        ("1990-05-08", "2026-05-12", 7, 3, False),
        # Over the turn of the year, on both sides.
        ("1990-01-03", "2026-12-30", 7, 0, True),
        ("1990-12-30", "2027-01-02", 0, 3, True),
        ("1990-12-30", "2027-01-03", 0, 3, False),
        # 29 February is kept on the 28th of other years.
        ("2000-02-29", "2026-02-28", 0, 0, True),
        ("2000-02-29", "2026-03-01", 0, 0, False),
        ("2000-02-29", "2028-02-29", 0, 0, True),
        ("2000-02-29", "2028-02-28", 0, 0, False),
        ("2000-02-28", "2028-02-28", 0, 0, True),
        ("2000-02-29", "2026-02-27", 1, 0, True),
        ("2000-02-29", "2026-03-01", 0, 1, True),
        # The day itself and what lies ahead of it is none.
        ("2026-05-08", "2026-05-08", 3, 3, False),
        ("2026-05-08", "2026-05-09", 3, 3, False),
        ("2026-05-08", "2027-05-05", 3, 3, True),
        ("2030-05-08", "2026-05-08", 3, 3, False),
        ("2026-05-08", "2026-11-09", 179, 0, False),
        ("2026-05-08", "2026-11-09", 180, 0, True),
        ("2026-05-08", "2026-11-09", 180, 180, True),
        ("1900-02-28", "2026-02-28", 180, 180, True),
    ],
)
def test_anniversaries(born: str, today: str, before: int, after: int, so: bool) -> None:
    test = Anniversary(before=before, after=after)
    assert is_so(test, f"{today}T12:00+03:00", birthday=date.fromisoformat(born)) is so


def test_an_anniversary_begins_at_midnight_where_the_customer_is() -> None:
    born = date(1990, 5, 8)
    for zone, begins in (
        ("", "2026-05-08T00:00+03:00"),
        ("Asia/Kamchatka", "2026-05-08T00:00+12:00"),
        ("America/New_York", "2026-05-08T00:00-04:00"),
        ("Pacific/Kiritimati", "2026-05-08T00:00+14:00"),
        ("Asia/Kathmandu", "2026-05-08T00:00+05:45"),
    ):
        one, moment = person(zone=zone, birthday=born), timedelta(microseconds=1)
        for now, so in (
            (at(begins) - moment, False),
            (at(begins), True),
            (at(begins) + timedelta(days=1), False),
        ):
            assert (one in found(Has(BIRTHDAY, Anniversary()), now)) is so, (zone, now)


@pytest.mark.parametrize(
    ("test", "so"),
    [
        (DaysAgo(at_least=0), True),
        (DaysAgo(at_least=1), False),
        (DaysAgo(at_most=0), True),
        (DaysAgo(at_least=-1, at_most=1), True),
        (DaysAgo(at_most=-1), False),
        (OnDays(date(2026, 5, 1), date(2026, 5, 1)), True),
        (OnDays(last=date(2026, 4, 30)), False),
        (OnDays(first=date(2026, 5, 2)), False),
        (Known(), True),
    ],
)
def test_days_ago_and_days_of_the_calendar(test: Test, so: bool) -> None:
    assert is_so(test, "2026-05-01T12:00+03:00", birthday=date(2026, 5, 1)) is so
    assert not is_so(test, "2026-05-01T12:00+03:00")


def test_whoever_has_no_day_has_none_ago() -> None:
    one = person()
    assert found(Has(BIRTHDAY, DaysAgo(at_most=10_00))) == found(Has(BIRTHDAY, Anniversary(180, 180))) == []
    assert found(Has(BIRTHDAY, Known(False))) == [one]


def test_a_property_may_be_a_day_or_a_moment_of_the_customers_calendar() -> None:
    here, east = person(), person(zone="Asia/Vladivostok")
    for one in (here, east):
        did(
            one,
            "booked",
            NOW,
            day="2026-05-01",
            moment="2026-04-30T22:30:00Z",
            bare="2026-04-30 23:59:59.5",
            offset="2026-05-01T00:30:00.123456+0300",
            no_day="2026-02-29",
            nearly="2026-05-01x",
            odd="0000-00-00",
            far="2026-05-01T00:00:00+99:00",
            late="2026-05-01T24:00:00Z",
            many=["x", "2026-05-01"],
        )

    def booked(field: str, test: Test, now: str = "2026-05-01T12:00+03:00") -> list[int]:
        return found(Did("booked", where=(Where(field, test),)), at(now))

    first = OnDays(date(2026, 5, 1), date(2026, 5, 1))
    assert booked("day", first) == booked("many", first) == booked("moment", first) == [here, east]
    assert booked("bare", OnDays(last=date(2026, 4, 30))) == [here, east]
    assert booked("offset", first) == [here, east]
    for nothing in ("no_day", "nearly", "odd", "far", "late"):
        assert booked(nothing, OnDays(first=date(1900, 1, 1))) == [], nothing
    # In Moscow it is still the first, in Vladivostok the second.
    assert booked("day", DaysAgo(0, 0), "2026-05-01T20:00+03:00") == [here]
    assert booked("day", DaysAgo(1, 1), "2026-05-01T20:00+03:00") == [east]
    assert booked("day", Anniversary(), "2027-05-01T20:00+03:00") == [here]


SPRING = Surroundings(zone="Europe/Berlin", currency="EUR")


def test_days_are_as_long_as_the_calendar_says() -> None:
    """The clock goes forward on 29 March 2026 and back on 25 October."""
    one = person()
    did(one, "waved", at("2026-03-28T12:00+01:00"))
    within = Did("waved", within=Within(first=date(2026, 3, 28), last=date(2026, 3, 28)))
    assert found(within, at("2026-03-28T13:00+01:00"), SPRING) == [one]
    # A day of a window is 24 hours, one of a calendar 23.
    assert found(Did("waved", within=Within(days=1)), at("2026-03-29T12:59:59+02:00"), SPRING) == [one]
    assert found(Did("waved", within=Within(days=1)), at("2026-03-29T13:00+02:00"), SPRING) == []
    two = person(birthday=date(2026, 3, 29))
    ago = Has(BIRTHDAY, DaysAgo(at_least=1))
    assert found(ago, at("2026-03-29T23:59:59+02:00"), SPRING) == []
    assert found(ago, at("2026-03-30T00:00+02:00"), SPRING) == [two]


def test_a_day_may_begin_at_one_o_clock_or_have_its_first_hour_twice() -> None:
    """Clocks of Beirut go forward at midnight, those of Havana back to it at one."""
    one = person()
    did(one, "woke", at("2026-03-29T01:00+03:00"))  # the first moment of the day in Beirut
    beirut = Surroundings(zone="Asia/Beirut", currency="LBP")
    for first, so in ((date(2026, 3, 29), [one]), (date(2026, 3, 30), [])):
        assert found(Did("woke", within=Within(first=first)), NOW, beirut) == so
    assert found(Did("woke", within=Within(last=date(2026, 3, 28))), NOW, beirut) == []
    did(one, "slept", at("2025-11-02T00:30-04:00"))  # the first of two half past midnight in Havana
    havana = Surroundings(zone="America/Havana", currency="CUP")
    for first, so in ((date(2025, 11, 2), [one]), (date(2025, 11, 3), [])):
        assert found(Did("slept", within=Within(first=first)), NOW, havana) == so


# --- Whose answer time alone makes another ------------------------------------------------------------


def stepping(start: str, *, hours: float, times: int) -> Iterator[datetime]:
    yield from (at(start) + timedelta(hours=hours * n) for n in range(times))


def test_nobody_turns_between_quarters_of_an_hour() -> None:
    person(birthday=date(1990, 5, 8), zone="Asia/Kathmandu")
    ready = compiled(Has(BIRTHDAY, Anniversary()))
    assert ready.by_time
    assert ready.may_have_changed(at("2026-05-07T18:15Z"), at("2026-05-07T18:29:59Z")) is None
    assert ready.may_have_changed(at("2026-05-07T18:14:59Z"), at("2026-05-07T18:15Z")) is not None


@pytest.mark.parametrize("hours", [1, 7, 24 * 5])
def test_all_who_turn_at_midnights_are_foretold(hours: int) -> None:
    for n, zone in enumerate(
        ("", "Asia/Kamchatka", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati")
    ):
        person(zone=zone, birthday=date(1990, 3, 1) + timedelta(days=n))
        person(zone=zone, birthday=date(2024, 2, 29))
    count = {1: 24 * 3, 7: 24, 24 * 5: 80}[hours]
    for test in (Anniversary(2, 1), DaysAgo(728, 730), DaysAgo(at_least=730)):
        assert turns(Has(BIRTHDAY, test), stepping("2026-02-26T00:00Z", hours=hours, times=count)) > 0


def test_only_those_who_turn_are_foretold() -> None:
    turning = person(birthday=date(1990, 5, 8))
    person(birthday=date(1990, 5, 9))
    person(birthday=date(1990, 5, 8), zone="Asia/Kamchatka")
    person()
    midnight = at("2026-05-08T00:00+03:00")
    ready = compiled(Has(BIRTHDAY, Anniversary()), SHOP)
    assert read(ready.may_have_changed(midnight - timedelta(minutes=1), midnight)) == [turning]
    assert read(ready.may_have_changed(midnight, midnight + timedelta(minutes=15))) == []


def test_whose_doing_becomes_too_long_ago_is_foretold() -> None:
    for n in range(4):
        one = person()
        did(one, "waved", NOW + timedelta(hours=n))
        did(one, "waved", NOW + timedelta(hours=n, minutes=1))
    for within in (Within(hours=3), Within(days=1), Within(first=date(2026, 5, 1)), Within()):
        for condition in (Did("waved", within=within), Did("waved", at_least=0, at_most=0, within=within)):
            moments = [NOW + timedelta(minutes=50 * n) for n in range(-2, 36)]
            assert turns(condition, moments) >= 3


def test_who_waited_long_enough_is_foretold() -> None:
    for n in range(4):
        one = person()
        did(one, "looked", NOW + timedelta(minutes=7 * n))
        if n % 2:
            did(one, "paid", NOW + timedelta(minutes=7 * n + 5))
    moments = [NOW + timedelta(minutes=2 * n) for n in range(-2, 30)] + [
        NOW + timedelta(hours=n) for n in range(2, 27)
    ]
    for happened in (True, False):
        condition = Sequence(Step("looked"), Step("paid"), minutes=20, happened=happened, days=1)
        assert turns(condition, moments) >= 4


def test_days_in_properties_turn_too() -> None:
    for zone in ("", "Asia/Kamchatka"):
        did(person(zone=zone), "booked", NOW - timedelta(days=3), day="2026-05-03")
    for within in (Within(), Within(days=30)):
        condition = Did("booked", within=within, where=(Where("day", DaysAgo(0, 0)),))
        assert turns(condition, stepping("2026-05-01T00:00Z", hours=1, times=72)) == 4
