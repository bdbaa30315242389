"""Days of a customer's own: which day it is, and whether its window is open. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from regulars.loyalty.types.days import PersonalDay

APART_DAYS = 180
"""Two days of one part are at least so far apart: a shop may move its day, a merge an anniversary."""
BIRTHDAYS_APART_DAYS = 300
"""Two birthdays of somebody: who tells another one each half year is not given twice a year for it."""
_LEAP_DAY = 229
_DAY_BEFORE = 228
_EARLIEST, _LATEST = timedelta(hours=-12), timedelta(hours=14)
"""How far the clocks of all zones are from that of UTC."""


def number_of(month: int, day: int) -> int:
    """A day of the year as one number: 1231 is the 31st of December."""
    return month * 100 + day


def day_in(year: int, month: int, day: int) -> date:
    """That day of a year; one the month does not have is its last, so 29 February is the 28th."""
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def open_day(
    of: PersonalDay, *, month: int, day: int, today: date, not_before: date | None = None
) -> date | None:
    """The day whose window is open today; None: none is. `not_before`: the first day it may be."""
    for year in (today.year - 1, today.year, today.year + 1):
        if date.min.year <= year <= date.max.year:
            found = day_in(year, month, day)
            is_open = found - timedelta(of.before) <= today <= found + timedelta(of.after)
            if is_open and (not_before is None or found >= not_before):
                return found
    return None


def next_day(*, month: int, day: int, today: date, not_before: date | None = None) -> date:
    """The next such day, today if that is it."""
    year = today.year
    while True:
        found = day_in(year, month, day)
        if found >= today and (not_before is None or found >= not_before):
            return found
        year += 1


def anniversary_from(origin: date) -> date:
    """The first anniversary of a day: the same day a year later."""
    return day_in(origin.year + 1, origin.month, origin.day)


def apart_days(of: PersonalDay) -> int:
    """How far two days of a part are apart at least."""
    return BIRTHDAYS_APART_DAYS if of.which == "birthday" else APART_DAYS


def is_another(of: PersonalDay, day: date, had: date) -> bool:
    """Whether a day may be given for though that of another was: once a year, and not too soon after."""
    return day.year != had.year and abs((day - had).days) >= apart_days(of)


def todays(now: datetime) -> tuple[date, date]:
    """The earliest and the latest day it is anywhere."""
    utc = now.astimezone(UTC)
    return (utc + _EARLIEST).date(), (utc + _LATEST).date()


def days_open(of: PersonalDay, now: datetime) -> list[date]:
    """The days whose window is open somewhere."""
    first, last = todays(now)
    return list(_days(first - timedelta(of.after), last + timedelta(of.before)))


def days_turning(of: PersonalDay, now: datetime) -> list[list[date]]:
    """Of these those whose window opens today or did the day before, and those whose last day it is: who
    tells of a birthday then cannot wait for the night. Days that follow each other in each list."""
    first, last = todays(now)
    closing = list(_days(first - timedelta(of.after), last - timedelta(of.after)))
    opening = list(_days(first - timedelta(days=1) + timedelta(of.before), last + timedelta(of.before)))
    if opening[0] <= closing[-1] + timedelta(days=1):
        return [days_open(of, now)]
    return [opening, closing]


def numbers_of(days: Sequence[date]) -> dict[int, date]:
    """Days of the year by number, and the day each is: in a year without 29 February that is the 28th."""
    found = {number_of(day.month, day.day): day for day in days}
    if _DAY_BEFORE in found and not calendar.isleap(found[_DAY_BEFORE].year):
        found[_LEAP_DAY] = found[_DAY_BEFORE]
    return found


def spans_of(days: Sequence[date], *, years: range) -> list[tuple[datetime, datetime]]:
    """The moments, in any zone, at which something happened on these days of the year in the years before.

    Days that follow each other are one span.
    """
    if not days:
        return []
    found: list[tuple[datetime, datetime]] = []
    for back in years:
        first = day_in(days[0].year - back, days[0].month, days[0].day)
        last = day_in(days[-1].year - back, days[-1].month, days[-1].day)
        # One day more: 29 February of then is the 28th now.
        found.append(
            (
                datetime(first.year, first.month, first.day, tzinfo=UTC) - _LATEST,
                datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=2) - _EARLIEST,
            )
        )
    return found


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)
