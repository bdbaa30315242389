"""Days of a customer's calendar, in SQL."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from regulars.segments.compiling.moments import Moment, OfRow
from regulars.segments.compiling.statements import Values
from regulars.segments.compiling.surroundings import Surroundings
from regulars.segments.types import Anniversary, DaysAgo, OnDays

_A_DAY = timedelta(days=1)
DAYS_LISTED_MAX = 60
"""Past so many days between two looks, those of the year that may turn are most of it."""
QUARTER = timedelta(minutes=15)
"""Days begin at these moments of UTC wherever somebody lives: all zones are whole quarters of an hour off."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The calendar of whoever `zone`, an expression that may be NULL, stands for; else the shop's."""

    zone: str
    values: Values
    surroundings: Surroundings

    def today(self, now: Moment) -> str:
        """The day that a moment is of."""
        if isinstance(now, OfRow):
            return self.day_of(now.sql)
        shops = self.values.bind(self.surroundings.today(now), "date")
        moment = self.values.bind(now, "timestamptz")
        return f"CASE WHEN {self.zone} IS NULL THEN {shops} ELSE timezone({self.zone}, {moment})::date END"

    def day_of(self, moment: str) -> str:
        """The day of a moment that an expression gives."""
        shops = self.values.bind(self.surroundings.zone, "text")
        return f"timezone(coalesce({self.zone}, {shops}), {moment})::date"

    def passes(self, day: str, test: OnDays | DaysAgo | Anniversary, now: Moment) -> str:
        """Whether a day passes a test."""
        match test:
            case OnDays():
                bounds = [
                    f"{day} {sign} {self.values.bind(bound, 'date')}"
                    for sign, bound in ((">=", test.first), ("<=", test.last))
                    if bound is not None
                ]
            case DaysAgo():
                bounds = [
                    f"{day} {sign} ({self.today(now)}) - {self.values.bind(days, 'integer')}"
                    for sign, days in (("<=", test.at_least), (">=", test.at_most))
                    if days is not None
                ]
            case Anniversary():
                today = f"({self.today(now)})"
                bounds = [_anniversary(day, f"{today} - {test.after}", f"{today} + {test.before}")]
        return " AND ".join(bounds) or f"{day} IS NOT NULL"

    def may_begin(self, test: DaysAgo | Anniversary, day: str, after: datetime, up_to: datetime) -> str:
        """Whether the answer of a test of a day becomes another at a midnight in (after, up_to]."""
        old, new = f"({self.today(after)})", f"({self.today(up_to)})"
        if isinstance(test, DaysAgo):
            begins = [] if test.at_least is None else [test.at_least]
            begins += [] if test.at_most is None else [test.at_most + 1]
            turns = [f"({day} > {old} - ({n}) AND {day} <= {new} - ({n}))" for n in begins]
        else:
            turns = [
                _anniversary(day, f"{old} + {1 + test.before}", f"{new} + {test.before}"),
                _anniversary(day, f"{old} - {test.after}", f"{new} - {1 + test.after}"),
            ]
            return f"({old} < {new} AND {self._may_turn(test, day, after, up_to)} AND ({' OR '.join(turns)}))"
        return f"({old} < {new} AND ({' OR '.join(turns) or 'false'}))"

    def _may_turn(self, test: Anniversary, day: str, after: datetime, up_to: datetime) -> str:
        """Whether a day is of those of the year of which one may turn anywhere: soon said of most people."""
        old, new = after.astimezone(UTC).date() - _A_DAY, up_to.astimezone(UTC).date() + _A_DAY
        if (new - old).days > DAYS_LISTED_MAX:
            return "true"
        ahead, behind = timedelta(days=test.before), timedelta(days=test.after)
        days = {
            *_of_the_year(old + _A_DAY + ahead, new + ahead),
            *_of_the_year(old - behind, new - _A_DAY - behind),
        }
        listed = self.values.bind(sorted(days), "integer[]")
        return f"(extract(month FROM {day}) * 100 + extract(day FROM {day}))::integer = ANY({listed})"


def _of_the_year(first: date, last: date) -> Iterator[int]:
    """Days of the year as 1231; the 29th of February comes on the 28th of most years."""
    for number in range((last - first).days + 1):
        day = first + number * _A_DAY
        yield day.month * 100 + day.day
        if (day.month, day.day) == (2, 28):
            yield 229


def days_may_begin(after: datetime, up_to: datetime) -> bool:
    """Whether anywhere a day begins in (after, up_to]."""
    epoch = datetime.fromtimestamp(0, after.tzinfo)
    return (up_to - epoch) // QUARTER > (after - epoch) // QUARTER


def begins_in(zones: Collection[str], after: datetime, up_to: datetime) -> list[str]:
    """In which of these time zones a day begins in (after, up_to]."""
    return sorted(
        zone
        for zone in zones
        if after.astimezone(ZoneInfo(zone)).date() != up_to.astimezone(ZoneInfo(zone)).date()
    )


def next_day(moment: datetime, zone: str, ago: timedelta) -> datetime:
    """When the day after that of a moment began, so many days before."""
    day = moment.astimezone(ZoneInfo(zone)).date() + timedelta(days=1) - ago
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _anniversary(day: str, first: str, last: str) -> str:
    """Whether an anniversary of a day is from `first` to `last`.

    It is one of the two that are in the year of `last` and in the year before. What lies a year and more
    before `last` makes no difference, as only the latest of several has to be in between.
    """
    years = f"(extract(year FROM {last}) - extract(year FROM {day}))::integer"
    return (
        f"(({years} >= 1 AND ({day} + make_interval(years => {years}))::date BETWEEN {first} AND {last})"
        f" OR ({years} >= 2"
        f" AND ({day} + make_interval(years => {years} - 1))::date BETWEEN {first} AND {last}))"
    )
