"""Goals: occasions, stamp cards and challenges are one thing: so many times something, then a benefit."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from regulars.kit.documents import Condition, Money, Name, Part
from regulars.loyalty.types.benefits import Benefit
from regulars.loyalty.types.document import Days, Key
from regulars.offers.types import Goods

CHALLENGES_MAX = 20


class OfOrders(Part):
    """Orders with something left of `goods`, coming to at least so much (the whole order, less returns)."""

    kind: Literal["orders"] = "orders"
    goods: Goods = Goods()
    total_from_minor: Money = 0
    pieces: bool = False
    """Count whole pieces of the goods instead of orders: the sixth coffee."""


class OfEvents(Part):
    """Events of a name, such as `review_left`, with these tests of their properties (`segments.types.Where`
    as JSON)."""

    kind: Literal["events"] = "events"
    event: Annotated[str, Field(min_length=1, max_length=100)]
    where: tuple[Condition, ...] = ()


Counted = Annotated[OfOrders | OfEvents, Field(discriminator="kind")]

Window = Literal["ever", "day", "week", "month", "year", "days", "campaign"]
"""Within what the goal is to be reached: a day, week, month or year of the customer's calendar; the last
`days` days; from `first` to `last`. Nothing from before the version that brought the challenge counts."""
Shape = Literal["occasion", "stamps", "challenge", "review", "invite", "visits"]
"""As what pages and customers see it; changes nothing else."""


class Challenge(Part):
    """Something to be done `times` times; then the benefit is given.

    `repeats`: it begins anew each time (within the window), at most `most` times a window (None: no limit);
    else once a window. Of orders what counts is how they stand: one given back does not, and a benefit it
    had brought is taken back where it is not used yet. `in_a_row`: by days, weeks or months of the customer's
    calendar that follow each other, each with at least one: `times` of them.
    """

    key: Key
    name: Name
    shape: Shape = "challenge"
    counted: Counted
    times: Annotated[int, Field(ge=1, le=1_000)] = 1
    in_a_row: Literal["days", "weeks", "months"] | None = None
    window: Window = "ever"
    days: Days | None = None
    first: date | None = None
    last: date | None = None
    repeats: bool = False
    most: Annotated[int, Field(ge=1, le=1_000)] | None = None
    who: Condition | None = None
    """For whom; asked when it is reached. None: everybody."""
    benefit: Benefit
