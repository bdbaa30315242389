"""Spans of the shop's calendar: a month with its neighbours, the days somebody chose, ages in months."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from regulars.console.voice import Voice
from regulars.console.ways import with_choices

FIRST_YEAR = 2000
"""An earlier day is a slip of the hand, and there were no books."""


@dataclass(frozen=True)
class Span:
    """From a day to a day, both included, of the shop's calendar; `since` and `until` are its moments."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def since(self) -> datetime:
        return begin_of(self.first, self.zone)

    @property
    def until(self) -> datetime:
        return begin_of(self.last + timedelta(days=1), self.zone)


def begin_of(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def month_begin(day: date, months: int = 0) -> date:
    """The first day of the month that lies so many months from that of the day."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def months_from(day: date, months: int) -> date:
    """The same day so many months on; month ends clamp."""
    begin = month_begin(day, months)
    return begin.replace(day=min(day.day, monthrange(begin.year, begin.month)[1]))


def chosen(from_: str, to: str, speak: Voice) -> Span:
    """What was asked for; this month where nothing was, or nothing that can be understood."""
    first, last = _day(from_), _day(to)
    if first is None and last is None:
        return Span(month_begin(speak.today), speak.today, speak.zone)
    last = last or speak.today
    first = first or month_begin(last)
    if first > last:
        first, last = last, first
    return Span(first, last, speak.zone)


def offered(path: str, span: Span, speak: Voice, **choices: str) -> list[tuple[str, str, bool]]:
    """Spans one asks for most: their names, addresses, and whether it is the one that is shown."""
    today = speak.today
    this, before = month_begin(today), month_begin(today, -1)
    ready = [
        (_("This month"), this, today),
        (_("Last month"), before, this - timedelta(days=1)),
        (_("This year"), date(today.year, 1, 1), today),
        (_("Last year"), date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    ]
    return [
        (
            name,
            with_choices(path, **{"from": first.isoformat(), "to": last.isoformat()}, **choices),
            (first, last) == (span.first, span.last),
        )
        for name, first, last in ready
    ]


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year < 9999 else None
