"""Tiers: what regulars reach, and what it brings them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from regulars.kit.documents import Money, Name, Part, Percent, SomeMoney
from regulars.loyalty.types.document import Factor, Key

TIERS_MAX = 8

Measure = Literal["spend", "orders", "points"]
"""What is counted of a person: paid for orders less what was given back (minor units of the programme's
currency); orders with something left; points earned for orders (minor units). Cancelled orders, those in
other currencies and those that lie ahead do not count."""
Span = Literal["rolling_year", "calendar_year", "ever"]
"""Over which time, by the customer's calendar: the 365 days up to and with today; since 1 January of last
year (so who reached a tier in one year keeps it through the next); all."""


class SumOff(Part):
    """A sum of money off each cart that comes to at least so much before any discount."""

    amount_minor: SomeMoney
    total_from_minor: Money = 0


class Privileges(Part):
    """What a tier brings."""

    cashback_percent: Percent | None = None
    """Instead of the programme's; None: the same."""
    factor: Factor | None = None
    """What came by percent and amount, so many times."""
    discount_percent: Percent | None = None
    """Off each line at the till, always: the discount card."""
    discount_sum: SumOff | None = None
    """The same as a sum in the programme's currency, spread over the lines; one of the two."""
    free_delivery: bool = False
    early_access: bool = False
    priority_service: bool = False
    manager: bool = False
    """A manager of their own."""

    @property
    def has_discount(self) -> bool:
        """Whether it is a discount card."""
        return bool(self.discount_percent or self.discount_sum)


class Tier(Part):
    """One tier."""

    key: Key
    name: Name
    from_minor: Annotated[int, Field(ge=0, le=10**12)]
    """Reached with so much of the measure: minor units of money or points, or a number of orders."""
    brings: Privileges = Privileges()


class Tiers(Part):
    """All tiers, the lowest first, each reached with more than the one before.

    Going up happens at once. Who has less than their tier asks for keeps it `grace_days` more (whole days of
    the customer's calendar after that in which it fell short), is told of it with an event, and then gets
    the tier that fits; who makes up for it meanwhile keeps it.
    """

    measure: Measure = "spend"
    span: Span = "rolling_year"
    grace_days: Annotated[int, Field(ge=0, le=365)] = 30
    levels: Annotated[tuple[Tier, ...], Field(min_length=1, max_length=TIERS_MAX)]
