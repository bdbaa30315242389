"""Tests of an event's properties, in SQL: JSON of which nothing is known beforehand."""

from __future__ import annotations

import json
from typing import Final

from regulars.kit.attributes import Kind
from regulars.segments.compiling.calendar import Calendar
from regulars.segments.compiling.moments import Moment
from regulars.segments.compiling.passing import contains, in_range, one_of
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
    Where,
    Yes,
)

_TEXT = "(CASE WHEN jsonb_typeof(value) IN ('string', 'number', 'boolean') THEN value #>> '{}' END)"
_NUMBER = "(CASE WHEN jsonb_typeof(value) = 'number' THEN value::numeric END)"
_DATE: Final = "[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME: Final = r"[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?"
_OFFSET: Final = "(Z|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)"
# A text that is no day must not be cast: one bad event would stop everybody's. A time without an offset
# is of the calendar that is asked about.
_DAY: Final = """(CASE
    WHEN jsonb_typeof(value) <> 'string' OR value #>> '{{}}' !~ '^{date}({time}{offset}?)?$' THEN NULL
    WHEN substr(value #>> '{{}}', 9, 2)::integer > extract(day FROM
        (substr(value #>> '{{}}', 1, 8) || '01')::date + interval '1 month' - interval '1 day') THEN NULL
    WHEN value #>> '{{}}' ~ '{time}{offset}$' THEN {of_moment}
    ELSE substr(value #>> '{{}}', 1, 10)::date
END)"""


def where_passes(where: Where, properties: str, calendar: Calendar, now: Moment) -> str:
    """Whether any of the values that a property has passes the test; NoneOf and not Known: none does."""
    path = calendar.values.bind(_path(where.field), "jsonpath")
    test, turned = where.test, False
    if isinstance(test, NoneOf):
        test, turned = OneOf(test.values), True
    elif isinstance(test, Known) and not test.known:
        test, turned = Known(), True
    passes = _passes(test, calendar, now)
    some = f"EXISTS (SELECT FROM jsonb_path_query({properties}, {path}) AS found(value) WHERE {passes})"
    return f"(NOT {some})" if turned else some


def _path(field: str) -> str:
    """Lax paths look into lists by themselves; the end stands for the value, or those of a list."""
    return "lax $" + "".join(f".{json.dumps(name)}" for name in field.split(".")) + "[*]"


def _passes(test: Test, calendar: Calendar, now: Moment) -> str:
    values = calendar.values
    match test:
        case OneOf() | NoneOf():
            return one_of(_TEXT, Kind.TEXT, test.values, values)
        case Contains():
            return contains(_TEXT, test.text, values)
        case Range():
            return in_range(_NUMBER, test, values)
        case Yes():
            return f"value = '{'true' if test.yes else 'false'}'::jsonb"
        case Known():
            return "value NOT IN ('null'::jsonb, '\"\"'::jsonb)"
        case OnDays() | DaysAgo() | Anniversary():
            of_moment = calendar.day_of("(value #>> '{}')::timestamptz")
            return calendar.passes(
                _DAY.format(date=_DATE, time=_TIME, offset=_OFFSET, of_moment=of_moment), test, now
            )
