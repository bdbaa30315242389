"""What is wrong with a test of one value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit.attributes import Field, Kind
from regulars.segments.rules.kinds import TESTS_OF
from regulars.segments.types import (
    Contains,
    DaysAgo,
    NoneOf,
    OnDays,
    OneOf,
    Range,
    Test,
    Where,
)
from regulars.segments.types.conditions import TEXT_MAX

YEARS = range(1900, 2200)
"""Of dates that anybody means; what lies further off is a slip of the pen."""
DIGITS_MAX = 18
"""Before the point and after it; a bigint has no more."""
_KINDS = {
    Kind.TEXT: gettext_lazy("a text"),
    Kind.CHOICE: gettext_lazy("a choice"),
    Kind.NUMBER: gettext_lazy("a number"),
    Kind.MONEY: gettext_lazy("an amount of money"),
    Kind.YES_NO: gettext_lazy("a yes or no"),
    Kind.DAY: gettext_lazy("a day"),
    Kind.MOMENT: gettext_lazy("a day"),
}
Choices = Callable[[], Sequence[tuple[str, str]]]


def of_test(test: Test, kind: Kind, choices: Choices | None = None) -> Iterator[str]:
    """What is wrong with a test of a value of a kind; choices matter where there are no others."""
    if not isinstance(test, TESTS_OF[kind]):
        yield _("This cannot be asked of %(kind)s.") % {"kind": _KINDS[kind]}
        return
    yield from _of_itself(test)
    if kind is Kind.CHOICE and choices is not None and isinstance(test, OneOf | NoneOf):
        there = {value for value, _words in choices()}
        for value in test.values:
            if value not in there:
                yield _("“%(value)s” is not one of the choices any more.") % {"value": value}
    if kind is Kind.MONEY and isinstance(test, Range) and not _is_whole(test):
        yield _("An amount is a whole number of the smallest coins.")


def _is_whole(test: Range) -> bool:
    bounds = [bound for bound in (test.low, test.high) if bound is not None and _is_number(bound)]
    return all(bound == bound.to_integral_value() for bound in bounds)


def of_field(test: Test, field: Field) -> Iterator[str]:
    """What is wrong with a test of a field of a row."""
    for message in of_test(test, field.kind, field.choices):
        yield f"{field.label}: {message}"


def of_property(where: Where) -> Iterator[str]:
    """What is wrong with a test of a property of an event."""
    if not can_be_kept(where.field) or not all(where.field.split(".")):
        yield _("“%(name)s” is no name of a property.") % {"name": where.field}
    for message in _of_itself(where.test):
        yield f"{where.field}: {message}"


def of_days(first: date | None, last: date | None) -> Iterator[str]:
    """What is wrong with days from one to another."""
    if any(day is not None and day.year not in YEARS for day in (first, last)):
        yield _("Is the year right?")
    if first is not None and last is not None and last < first:
        yield _("The last day cannot be before the first.")


def _of_itself(test: Test) -> Iterator[str]:
    match test:
        case OneOf() | NoneOf():
            yield from _of_texts(test.values)
        case Contains():
            yield from _of_texts((test.text,))
        case Range():
            yield from _of_range(test)
        case OnDays():
            if test.first is None and test.last is None:
                yield _("Say from which day or to which.")
            yield from of_days(test.first, test.last)
        case DaysAgo():
            if test.at_least is None and test.at_most is None:
                yield _("Say how many days at least or at most.")
            if test.at_least is not None and test.at_most is not None and test.at_most < test.at_least:
                yield _("At most cannot be less than at least.")


def _of_texts(texts: Sequence[str]) -> Iterator[str]:
    if any(not text for text in texts):
        yield _("An empty text cannot be looked for; ask whether it is known instead.")
    if any(len(text) > TEXT_MAX for text in texts):
        yield _("A text has at most %(most)s signs.") % {"most": TEXT_MAX}
    if any(not can_be_kept(text) for text in texts):
        yield _("This text has a sign that cannot be kept.")


def can_be_kept(text: str) -> bool:
    """Whether the database takes it: no NUL, no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def _of_range(test: Range) -> Iterator[str]:
    if test.low is None and test.high is None:
        yield _("Say from how much or up to how much.")
    for bound in (test.low, test.high):
        if bound is not None and not _is_number(bound):
            yield _("This number is too large or too fine.")
            return
    if test.low is not None and test.high is not None and test.high < test.low:
        yield _("Up to cannot be less than from.")


def _is_number(value: Decimal) -> bool:
    _sign, digits, exponent = value.as_tuple()
    return isinstance(exponent, int) and exponent >= -DIGITS_MAX and len(digits) + exponent <= DIGITS_MAX
