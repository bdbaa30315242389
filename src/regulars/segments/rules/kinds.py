"""Which tests can be asked of which kind of value."""

from __future__ import annotations

from collections.abc import Mapping

from regulars.kit.attributes import Kind
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

TESTS_OF: Mapping[Kind, tuple[type[Test], ...]] = {
    Kind.TEXT: (OneOf, NoneOf, Contains, Known),
    Kind.CHOICE: (OneOf, NoneOf, Known),
    Kind.NUMBER: (Range, Known),
    Kind.MONEY: (Range, Known),
    Kind.YES_NO: (Yes, Known),
    Kind.DAY: (OnDays, DaysAgo, Anniversary, Known),
    Kind.MOMENT: (OnDays, DaysAgo, Anniversary, Known),
}
"""In the order in which pages offer them. A property of an event may be asked all of them."""
