"""What orders earn beside the basic cashback: rules, and how they come together.

An order is asked about as it stands: its lines less what was given back of them. All is reckoned in minor
units of points, in this order:

1. Each rule that applies to the order says what it brings for the lines of its goods; each amount is rounded
   down to a minor unit. Lines of goods of a rule with `instead` bring no basic cashback; where several such
   rules have a line, only the first of them in the list gets it.
2. The largest factor of all that apply (rules with `times`, the tier's) multiplies what came by percent and
   by amount, not what is fixed for an order or a piece; rounded down. Factors never multiply each other. What
   it brings beyond that is its own share; of equal factors it is the tier's, then the first rule's.
3. All is added up, cut to the limits, and rounded down to whole points where the programme says so. What that
   cuts goes off the largest share, then off the next.

Who a rule is for (`When.who`, `When.tiers`) is asked one moment before the order was made, and kept: a return
later changes the lines, not who somebody was.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from regulars.kit.documents import Condition, Money, Name, Part, Percent, SomeMoney, Texts
from regulars.loyalty.types.document import Factor, Key, SomePoints
from regulars.offers.types import Goods

RULES_MAX = 20


class When(Part):
    """Which orders a rule is for; all that is said has to be so."""

    who: Condition | None = None
    """None: everybody."""
    tiers: tuple[Key, ...] = ()
    """Customers of these tiers; nothing said: of any, and of none."""
    weekdays: Annotated[tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(max_length=7)] = ()
    """Of the order, by the customer's calendar; 1 is Monday. Nothing said: all."""
    first: date | None = None
    """A campaign: ordered from this day to `last`, both included, by the customer's calendar."""
    last: date | None = None
    branches: Texts = ()
    """By name."""
    channels: Texts = ()
    total_from_minor: Money = 0
    """The order comes to at least so much, less what was given back."""


class ByPercent(Part):
    """So much of what was paid for the lines, as points."""

    kind: Literal["percent"] = "percent"
    percent: Percent


class ByAmount(Part):
    """So many points for each full `per_minor` of what was paid for the lines together."""

    kind: Literal["amount"] = "amount"
    points_minor: SomePoints
    per_minor: SomeMoney


class ByPiece(Part):
    """So many points for each whole piece of each line that was not given back."""

    kind: Literal["piece"] = "piece"
    points_minor: SomePoints


class ByOrder(Part):
    """So many points for an order that has a line of the goods of which something is left."""

    kind: Literal["order"] = "order"
    points_minor: SomePoints


class Times(Part):
    """What came by percent and amount, of the whole order, so many times; `Rule.goods` says nothing here."""

    kind: Literal["times"] = "times"
    factor: Factor


Gives = Annotated[ByPercent | ByAmount | ByPiece | ByOrder | Times, Field(discriminator="kind")]


class Rule(Part):
    """One rule of earning."""

    key: Key
    name: Name
    gives: Gives
    goods: Goods = Goods()
    when: When = When()
    instead: bool = False
    """The lines bring this and no basic cashback."""


Period = Literal["day", "week", "month", "year"]
"""Of the customer's calendar; a week begins on Monday."""


class Caps(Part):
    """The most that can be earned; None: no limit.

    What an order may still earn in its period is what orders before it (in the order in which they were
    settled) have left, and is kept with it: what is given back of them later changes nothing for it. Where it
    comes to more later, what all others have left by then is a limit too.
    """

    order_minor: SomePoints | None = None
    period: Period = "month"
    period_minor: SomePoints | None = None
