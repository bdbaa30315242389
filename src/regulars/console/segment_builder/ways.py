"""Tests of one value as a person chooses them: finer than those of the language, each with its fields."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from regulars.kit.attributes import Kind


class Way(StrEnum):
    """How a value is tested."""

    ONE_OF = "one_of"
    NONE_OF = "none_of"
    CONTAINS = "contains"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    BETWEEN = "between"
    EXACTLY = "exactly"
    YES = "yes"
    NO = "no"
    LAST_DAYS = "last_days"
    """Not more than so many days ago, nor ahead."""
    DAYS_AGO = "days_ago"
    """So many days ago, or more."""
    DAYS_BETWEEN = "days_between"
    """From so many to so many days ago; less than 0 lies ahead, and either may be left open."""
    NEXT_DAYS = "next_days"
    ANNIVERSARY = "anniversary"
    ON_DAYS = "on_days"
    KNOWN = "known"
    UNKNOWN = "unknown"


_DAYS = (
    Way.LAST_DAYS,
    Way.DAYS_AGO,
    Way.DAYS_BETWEEN,
    Way.NEXT_DAYS,
    Way.ON_DAYS,
    Way.ANNIVERSARY,
    Way.KNOWN,
    Way.UNKNOWN,
)
_NUMBERS = (Way.AT_LEAST, Way.AT_MOST, Way.BETWEEN, Way.EXACTLY, Way.KNOWN, Way.UNKNOWN)
WAYS: Mapping[Kind, tuple[Way, ...]] = {
    Kind.TEXT: (Way.ONE_OF, Way.NONE_OF, Way.CONTAINS, Way.KNOWN, Way.UNKNOWN),
    Kind.CHOICE: (Way.ONE_OF, Way.NONE_OF, Way.KNOWN, Way.UNKNOWN),
    Kind.NUMBER: _NUMBERS,
    Kind.MONEY: _NUMBERS,
    Kind.YES_NO: (Way.YES, Way.NO, Way.KNOWN, Way.UNKNOWN),
    Kind.DAY: (Way.ANNIVERSARY, *(way for way in _DAYS if way is not Way.ANNIVERSARY)),
    Kind.MOMENT: _DAYS,
}
"""What may be asked of a value, what is asked most often first: a new test begins with it."""

UNTYPED: tuple[Way, ...] = (
    Way.ONE_OF,
    Way.NONE_OF,
    Way.CONTAINS,
    Way.AT_LEAST,
    Way.AT_MOST,
    Way.BETWEEN,
    Way.EXACTLY,
    Way.YES,
    Way.NO,
    Way.LAST_DAYS,
    Way.DAYS_AGO,
    Way.DAYS_BETWEEN,
    Way.NEXT_DAYS,
    Way.ON_DAYS,
    Way.ANNIVERSARY,
    Way.KNOWN,
    Way.UNKNOWN,
)
"""A detail of an event may be anything."""

NAMES: Mapping[Way, Promise] = {
    Way.ONE_OF: pgettext_lazy("way of a test", "is one of"),
    Way.NONE_OF: pgettext_lazy("way of a test", "is none of"),
    Way.CONTAINS: pgettext_lazy("way of a test", "contains"),
    Way.AT_LEAST: pgettext_lazy("way of a test", "at least"),
    Way.AT_MOST: pgettext_lazy("way of a test", "at most"),
    Way.BETWEEN: pgettext_lazy("way of a test", "from … to …"),
    Way.EXACTLY: pgettext_lazy("way of a test", "exactly"),
    Way.YES: pgettext_lazy("way of a test", "yes"),
    Way.NO: pgettext_lazy("way of a test", "no"),
    Way.LAST_DAYS: pgettext_lazy("way of a test", "at most … days ago"),
    Way.DAYS_AGO: pgettext_lazy("way of a test", "at least … days ago"),
    Way.DAYS_BETWEEN: pgettext_lazy("way of a test", "from … to … days ago"),
    Way.NEXT_DAYS: pgettext_lazy("way of a test", "within the next … days"),
    Way.ANNIVERSARY: pgettext_lazy("way of a test", "its anniversary is near"),
    Way.ON_DAYS: pgettext_lazy("way of a test", "from one day to another"),
    Way.KNOWN: pgettext_lazy("way of a test", "is known"),
    Way.UNKNOWN: pgettext_lazy("way of a test", "is not known"),
}


def ways_of(kind: Kind | None) -> tuple[Way, ...]:
    """What may be asked of a value of this kind; of one whose kind nobody knows: everything."""
    return UNTYPED if kind is None else WAYS[kind]


def way_of(said: str, kind: Kind | None) -> Way:
    """The way that was chosen, or the first one if it does not fit a value of this kind."""
    offered = ways_of(kind)
    return next((way for way in offered if way == said), offered[0])
