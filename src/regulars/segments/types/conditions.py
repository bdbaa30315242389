"""The condition language: who, and when. What is stored is these trees as JSON; names in them never change.

A condition is asked of one person at a moment and is true or false, never unknown: what is not known fails
every test but `Known(False)`, `NoneOf` and the `Not` of others.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

NODES_MAX = 60
"""Nodes of one condition; more is not understood by anybody."""
DEPTH_MAX = 6
VALUES_MAX = 1_000
"""Values of one list."""
TEXT_MAX = 1_000
DAYS_MAX = 3_660
"""Ten years."""
TIMES_MAX = 1_000_000

Days = Annotated[int, Meta(ge=0, le=DAYS_MAX)]
Times_ = Annotated[int, Meta(ge=0, le=TIMES_MAX)]
Texts = Annotated[tuple[str, ...], Meta(min_length=1, max_length=VALUES_MAX)]


class Base(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What all parts of a condition have in common."""


# --- Tests of one value ----------------------------------------------------------------------------------


class Known(Base, frozen=True, tag_field="is", tag="known"):
    """Something is known (or is not); an empty text is not."""

    known: bool = True


class OneOf(Base, frozen=True, tag_field="is", tag="one_of"):
    """A text or a choice is one of these. Texts are compared without case, ё is е (`kit.folding`); a choice
    is as it is stored."""

    values: Texts


class NoneOf(Base, frozen=True, tag_field="is", tag="none_of"):
    """None of these, or not known."""

    values: Texts


class Contains(Base, frozen=True, tag_field="is", tag="contains"):
    """A text has this somewhere, without case."""

    text: Annotated[str, Meta(min_length=1, max_length=TEXT_MAX)]


class Range(Base, frozen=True, tag_field="is", tag="range"):
    """A number, or money in minor units: from `low` to `high`, both included; None: open on that side.

    Of a property of an event, only a JSON number is one.
    """

    low: Decimal | None = None
    high: Decimal | None = None


class Yes(Base, frozen=True, tag_field="is", tag="yes"):
    """A yes-or-no is as said."""

    yes: bool = True


class OnDays(Base, frozen=True, tag_field="is", tag="on_days"):
    """A day, or the day of a moment, is from `first` to `last`, both included; None: open on that side."""

    first: date | None = None
    last: date | None = None


class DaysAgo(Base, frozen=True, tag_field="is", tag="days_ago"):
    """So many days before today, at least and at most, by the customer's calendar; today is 0.

    Less than 0 lies ahead: `at_least=-7, at_most=0` is within the next seven days or today.
    """

    at_least: Annotated[int, Meta(ge=-DAYS_MAX, le=DAYS_MAX)] | None = None
    at_most: Annotated[int, Meta(ge=-DAYS_MAX, le=DAYS_MAX)] | None = None


class Anniversary(Base, frozen=True, tag_field="is", tag="anniversary"):
    """Today is from `before` days before to `after` days after the day's anniversary, both included.

    By the customer's calendar. 29 February is kept on the 28th of other years. The day itself, and any day
    before it, is no anniversary of it.
    """

    before: Annotated[int, Meta(ge=0, le=180)] = 0
    after: Annotated[int, Meta(ge=0, le=180)] = 0


Test = Known | OneOf | NoneOf | Contains | Range | Yes | OnDays | DaysAgo | Anniversary


# --- Conditions ------------------------------------------------------------------------------------------


class AllOf(Base, frozen=True, tag_field="node", tag="all"):
    """Every one of them; of nothing: everybody."""

    of: tuple[Condition, ...] = ()


class AnyOf(Base, frozen=True, tag_field="node", tag="any"):
    """At least one of them; of nothing: nobody."""

    of: tuple[Condition, ...] = ()


class Not(Base, frozen=True, tag_field="node", tag="not"):
    """The others."""

    of: Condition


class Has(Base, frozen=True, tag_field="node", tag="attribute"):
    """An attribute (`kit.attributes`) of the person passes a test that its kind allows."""

    attribute: str
    test: Test


class Where(Base, frozen=True):
    """A field of a row passes a test. For events, a property by its name; of a list inside it, or of a
    member of an object, with dots: `products.category` is so if any of the products has it.

    Of a property with several values any may pass; `NoneOf` and `Known(False)` say that none of them does.
    Texts, numbers (as JSON writes them) and true or false are compared as texts; a day is a text that
    begins with YYYY-MM-DD and is nothing else or a moment of ISO 8601 (without an offset: of that day).
    Fields of days are of the customer's calendar.
    """

    field: Annotated[str, Meta(min_length=1, max_length=200)]
    test: Test


class Within(Base, frozen=True):
    """When it happened, as of now. One of: the last `days` (each of 24 hours), the last `hours`, or the days
    from `first` to `last` of the shop's calendar, both included. Nothing said: ever.

    The last so many days or hours are (now - so much, now]; what lies ahead of now has not happened yet.
    """

    days: Annotated[int, Meta(ge=1, le=DAYS_MAX)] | None = None
    hours: Annotated[int, Meta(ge=1, le=24 * 366)] | None = None
    first: date | None = None
    last: date | None = None


EVER = Within()


class Did(Base, frozen=True, tag_field="node", tag="event"):
    """An event happened to the person so many times. `at_least=0, at_most=0`: never.

    `at_least` of 0 without `at_most` says nothing and is refused.
    """

    event: Annotated[str, Meta(min_length=1, max_length=100)]
    at_least: Times_ = 1
    at_most: Times_ | None = None
    within: Within = EVER
    where: tuple[Where, ...] = ()


class Bought(Base, frozen=True, tag_field="node", tag="orders"):
    """So many orders of the person pass all of `where`, and they come to so much.

    Orders are those of the figures: not cancelled, in the shop's currency, with something left after
    returns. A field of the lines (product, category, brand) asks for an order that has a line passing all
    such tests at once. `amount` (minor units) is the sum of these orders, or, where a field of the lines is
    asked for, of these lines, less what was returned of them: by returns that name the line, by credits that
    name the order and the product. Credits that name no order reduce none. The sum of no orders is 0.
    """

    at_least: Times_ = 1
    at_most: Times_ | None = None
    amount: Range | None = None
    within: Within = EVER
    where: tuple[Where, ...] = ()


class Step(Base, frozen=True):
    """One event of a sequence."""

    event: Annotated[str, Meta(min_length=1, max_length=100)]
    where: tuple[Where, ...] = ()


class Sequence(Base, frozen=True, tag_field="node", tag="sequence"):
    """After `first`, `then` happened within so many minutes, or, `happened=False`, did not.

    Any one occurrence of `first` in the last `days` days is enough. `then` counts when it is later than
    `first` by more than nothing and at most `minutes`. That it did not happen is known when these are over,
    from the moment `minutes` after `first` on.
    """

    first: Step
    then: Step
    minutes: Annotated[int, Meta(ge=1, le=60 * 24 * 366)]
    happened: bool = True
    days: Annotated[int, Meta(ge=1, le=DAYS_MAX)] = 90


class InSegment(Base, frozen=True, tag_field="node", tag="segment"):
    """The person is in another segment, as it stands."""

    segment: int
    member: bool = True


class Bucket(Base, frozen=True, tag_field="node", tag="bucket"):
    """A share of all persons, always the same for a `salt`: from `low` to below `high` ten-thousandths.

    A person's place is the first 8 hexadecimal digits of md5("salt:person id") as a number, modulo 10,000.
    """

    salt: Annotated[str, Meta(min_length=1, max_length=100)]
    low: Annotated[int, Meta(ge=0, le=10_000)] = 0
    high: Annotated[int, Meta(ge=0, le=10_000)] = 10_000


Condition = AllOf | AnyOf | Not | Has | Did | Bought | Sequence | InSegment | Bucket

EVERYBODY = AllOf()
