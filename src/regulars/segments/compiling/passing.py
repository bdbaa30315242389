"""Tests of one value, in SQL. What is not known gives NULL or false, in a WHERE both are no."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from regulars.kit.attributes import Kind
from regulars.kit.folding import fold, folded
from regulars.segments.compiling.calendar import Calendar
from regulars.segments.compiling.moments import Moment
from regulars.segments.compiling.statements import Values
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

BIGINT_MAX = 2**63 - 1
_TEXTS = frozenset({Kind.TEXT, Kind.CHOICE})


def passes(value: str, kind: Kind, test: Test, calendar: Calendar, now: Moment) -> str:
    """Whether the value that an expression gives, of a kind, passes a test that the kind allows."""
    values = calendar.values
    match test:
        case Known():
            known = f"{value} <> ''" if kind in _TEXTS else f"{value} IS NOT NULL"
            return f"({known})" if test.known else f"(({known}) IS NOT TRUE)"
        case OneOf():
            return one_of(value, kind, test.values, values)
        case NoneOf():
            return f"({one_of(value, kind, test.values, values)} IS NOT TRUE)"
        case Contains():
            return contains(value, test.text, values)
        case Range():
            return in_range(value, test, values)
        case Yes():
            return f"({value} = {'true' if test.yes else 'false'})"
        case OnDays() | DaysAgo() | Anniversary():
            day = calendar.day_of(value) if kind is Kind.MOMENT else value
            return f"({calendar.passes(day, test, now)})"


def one_of(value: str, kind: Kind, texts: Sequence[str], values: Values) -> str:
    """A choice is written as it is stored; other texts are compared without case."""
    if kind is Kind.CHOICE:
        return f"({value} = ANY({values.bind(list(texts), 'text[]')}))"
    small = sorted(set(map(fold, texts)))
    return f"({folded(value)} = ANY({values.bind(small, 'text[]')}))"


def contains(value: str, text: str, values: Values) -> str:
    return f"(strpos({folded(value)}, {values.bind(fold(text), 'text')}) > 0)"


def in_range(value: str, test: Range, values: Values) -> str:
    bounds = [
        f"{value} {sign} {number(bound, values)}"
        for sign, bound in ((">=", test.low), ("<=", test.high))
        if bound is not None
    ]
    return f"({' AND '.join(bounds) or f'{value} IS NOT NULL'})"


def number(value: Decimal, values: Values) -> str:
    """A whole number is compared as one, which is several times as quick."""
    if value == value.to_integral_value() and abs(value) <= BIGINT_MAX:
        return values.bind(int(value), "bigint")
    return values.bind(value, "numeric")
