"""Days of a customer's own, and the shop's day for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from regulars.kit.documents import Condition, Name, Part
from regulars.loyalty.types.benefits import Benefit
from regulars.loyalty.types.document import Key

DAYS_MAX = 10

Which = Literal["birthday", "first_order", "registered", "date"]
"""Of whom: the customer's birthday; the anniversary of their first order, or of when they came; a day of
the year that is everybody's (Customer Day)."""


class PersonalDay(Part):
    """A benefit once a year, `before` days before the day at the earliest, and not after `after` days.

    By the customer's calendar; 29 February is the 28th where there is none. Who has a birthday told later
    gets it if the window is open still. One a person and year of the day, also after persons are merged.
    """

    key: Key
    name: Name
    which: Which = "birthday"
    month: Annotated[int, Field(ge=1, le=12)] | None = None
    day: Annotated[int, Field(ge=1, le=31)] | None = None
    """Of `date`."""
    before: Annotated[int, Field(ge=0, le=60)] = 0
    after: Annotated[int, Field(ge=0, le=60)] = 0
    who: Condition | None = None
    benefit: Benefit


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """A personal day of the programme that holds, and what came of it.

    `given`, `used`: benefits of the last 365 days. `known`: people of whom it is known when their day is;
    `coming`: those of them whose day is within 30 days. Both None where that is everybody's, or would have to
    be counted too long.
    """

    day: PersonalDay
    given: int
    used: int
    known: int | None
    coming: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NextDay:
    """Somebody's next personal day. `days`: until then, 0 today. `had`: it was given for that day already."""

    day: PersonalDay
    on: date
    days: int
    had: bool
