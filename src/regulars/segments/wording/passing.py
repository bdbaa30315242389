"""Tests of one value in words: what a city, a sum or a day has to be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from regulars.analytics.wording.numbers import plain
from regulars.segments.types import (
    Anniversary,
    Contains,
    DaysAgo,
    Known,
    NoneOf,
    OnDays,
    OneOf,
    Range,
    Test,
    Yes,
)
from regulars.segments.wording.speech import Speech

LISTED_MAX = 5
"""Of a list so many values are named."""
_VALUE_MAX = 60
"""Of a value so many characters are shown."""


def passing(
    label: str,
    test: Test,
    speech: Speech,
    *,
    value: Callable[[str], str] = str,
    number: Callable[[Decimal], str] | None = None,
    is_birthday: bool = False,
) -> str:
    """ "city: Moscow or Tver", "last order 60 days ago or earlier".

    `value` says a text in words, `number` a number, by default plainly.
    """
    match test:
        case OnDays(first, last):
            return f"{label} {on_days(first, last, speech)}"
        case DaysAgo(at_least, at_most):
            return f"{label} {days_ago(at_least, at_most, speech)}"
        case Anniversary(before, after):
            when = days_ago(-before, after, speech)
            if is_birthday:
                return f"{label} {when}"
            return _("%(label)s: anniversary %(when)s") % {"label": label, "when": when}
    return f"{label}: {_value(test, speech, value, number or speech.number)}"


def _value(test: Test, speech: Speech, value: Callable[[str], str], number: Callable[[Decimal], str]) -> str:
    match test:
        case Known(known):
            return pgettext("of an attribute", "known") if known else pgettext("of an attribute", "not known")
        case OneOf(values):
            return one_of([value(each) for each in values], speech)
        case NoneOf(values):
            return none_of([value(each) for each in values], speech)
        case Contains(text):
            return _("contains “%(text)s”") % {"text": short(text)}
        case Range(low, high):
            return from_to(low, high, number)
        case Yes(yes):
            return _("yes") if yes else _("no")
    raise TypeError(f"{type(test).__name__} has no words")


def short(text: str) -> str:
    """Text of others, made harmless and cut where it is too long to read."""
    clean = plain(text)
    return clean if len(clean) <= _VALUE_MAX else clean[: _VALUE_MAX - 1].rstrip() + "…"


def one_of(values: Sequence[str], speech: Speech) -> str:
    """ "Moscow or Tver"."""
    named = [short(value) for value in values[:LISTED_MAX]]
    if left := len(values) - len(named):
        more = ngettext("%(count)s more", "%(count)s more", left) % {"count": speech.number(left)}
        named.append(more)
    if len(named) == 1:
        return named[0]
    return _("%(first)s or %(last)s") % {"first": ", ".join(named[:-1]), "last": named[-1]}


def none_of(values: Sequence[str], speech: Speech) -> str:
    """ "not Moscow and not Tver"."""
    named = [_("not %(value)s") % {"value": short(value)} for value in values[:LISTED_MAX]]
    if left := len(values) - len(named):
        more = ngettext("none of %(count)s more", "none of %(count)s more", left)
        named.append(more % {"count": speech.number(left)})
    if len(named) == 1:
        return named[0]
    return _("%(first)s and %(last)s") % {"first": ", ".join(named[:-1]), "last": named[-1]}


def from_to(low: Decimal | None, high: Decimal | None, number: Callable[[Decimal], str]) -> str:
    """ "3 or more", "at most 5", "from 3 to 5", "3"."""
    if low is None:
        return pgettext("number", "any") if high is None else _("at most %(high)s") % {"high": number(high)}
    if high is None:
        return _("%(low)s or more") % {"low": number(low)}
    if low == high:
        return number(low)
    return _("from %(low)s to %(high)s") % {"low": number(low), "high": number(high)}


def on_days(first: date | None, last: date | None, speech: Speech) -> str:
    """ "1 March 2026 or later", "1 March to 5 March 2026"; both days are included."""
    formats = speech.formats
    if first is not None and last is not None:
        return formats.day(first) if first == last else formats.period(first, last)
    if first is not None:
        return _("%(day)s or later") % {"day": formats.day(first)}
    if last is not None:
        return _("%(day)s or earlier") % {"day": formats.day(last)}
    return _("on any day")


def days_ago(at_least: int | None, at_most: int | None, speech: Speech) -> str:
    """ "60 days ago or earlier", "in the last 30 days", "today or in the next 7 days"."""
    if at_least is None:
        return _("on any day") if at_most is None else _or_later(at_most, speech)
    if at_most is None:
        return _or_earlier(at_least, speech)
    if at_least > at_most:
        return pgettext("of a day", "never")
    if at_least == at_most:
        return _day(at_least, speech)
    if (at_least, at_most) == (-1, 0):
        return _("today or tomorrow")
    if (at_least, at_most) == (0, 1):
        return _("today or yesterday")
    if at_least >= 0:
        if at_least == 0:
            return in_the_last(at_most, speech)
        said = {"low": speech.number(at_least), "high": speech.number(at_most)}
        return (
            ngettext("from %(low)s to %(high)s day ago", "from %(low)s to %(high)s days ago", at_most) % said
        )
    if at_most == 0:
        return _("today or in the next %(days)s") % {"days": _whole(-at_least, speech)}
    if at_most < 0:
        if at_most == -1:
            return _("in the next %(days)s, but not today") % {"days": _whole(-at_least, speech)}
        said = {"low": speech.number(-at_most), "high": speech.number(-at_least)}
        return (
            ngettext("in from %(low)s to %(high)s day", "in from %(low)s to %(high)s days", -at_least) % said
        )
    said = {"first": _day(at_most, speech), "last": _day(at_least, speech)}
    return _("not earlier than %(first)s and not later than %(last)s") % said


def _or_earlier(at_least: int, speech: Speech) -> str:
    if at_least == 0:
        return _("today or earlier")
    if at_least < 0:
        return _("not later than %(day)s") % {"day": _day(at_least, speech)}
    return ngettext("%(n)s day ago or earlier", "%(n)s days ago or earlier", at_least) % {
        "n": speech.number(at_least)
    }


def _or_later(at_most: int, speech: Speech) -> str:
    if at_most == 0:
        return _("today or later")
    if at_most > 0:
        said = {"n": speech.number(at_most)}
        return ngettext("%(n)s day ago or later", "%(n)s days ago or later", at_most) % said
    return _("%(day)s or later") % {"day": _day(at_most, speech)}


def _day(ago: int, speech: Speech) -> str:
    """One day, as seen from today."""
    if ago in (0, 1, -1):
        return {0: _("today"), 1: _("yesterday"), -1: _("tomorrow")}[ago]
    said = {"n": speech.number(abs(ago))}
    if ago > 0:
        return ngettext("%(n)s day ago", "%(n)s days ago", ago) % said
    return ngettext("in %(n)s day", "in %(n)s days", -ago) % said


def in_the_last(days: int, speech: Speech) -> str:
    """ "in the last 30 days", "in the last 24 hours"."""
    if days == 1:
        return in_the_last_hours(24, speech)
    said = {"n": speech.number(days)}
    return ngettext("in the last %(n)s day", "in the last %(n)s days", days) % said


def in_the_last_hours(hours: int, speech: Speech) -> str:
    """ "in the last 3 hours"."""
    said = {"n": speech.number(hours)}
    return ngettext("in the last %(n)s hour", "in the last %(n)s hours", hours) % said


def _whole(days: int, speech: Speech) -> str:
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": speech.number(days)}
