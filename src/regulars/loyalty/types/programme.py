"""The rules of the programme as one document; every published version is kept."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from regulars.kit.documents import Part, Percent
from regulars.loyalty.types.challenges import CHALLENGES_MAX, Challenge
from regulars.loyalty.types.days import DAYS_MAX, PersonalDay
from regulars.loyalty.types.document import Days, Points
from regulars.loyalty.types.earning import RULES_MAX, Caps, Rule
from regulars.loyalty.types.referring import Referral
from regulars.loyalty.types.tiers import Tiers
from regulars.team.types import Role


class Never(Part):
    """Points do not expire."""

    kind: Literal["never"] = "never"


class OnDay(Part):
    """On a day of the year, that many years after the year in which they were earned (0: the same year).

    Usable all that day in the customer's calendar; 29 February is the 28th where there is none.
    """

    kind: Literal["on_day"] = "on_day"
    month: Annotated[int, Field(ge=1, le=12)] = 12
    day: Annotated[int, Field(ge=1, le=31)] = 31
    years: Annotated[int, Field(ge=0, le=10)] = 1


class AfterDays(Part):
    """That many days after the day on which they became usable; usable all the last day."""

    kind: Literal["after_days"] = "after_days"
    days: Days = 365


class WithoutPurchase(Part):
    """That many days after the customer's last purchase: each one moves the day for all their points."""

    kind: Literal["without_purchase"] = "without_purchase"
    days: Days = 365


Expiry = Annotated[Never | OnDay | AfterDays | WithoutPurchase, Field(discriminator="kind")]


class AtOnce(Part):
    """Points can be spent as soon as they are earned."""

    kind: Literal["at_once"] = "at_once"


class AfterReturnWindow(Part):
    """When so many days have passed since the order; None: the shop's return window."""

    kind: Literal["after_return_window"] = "after_return_window"
    days: Annotated[int, Field(ge=0, le=365)] | None = None


class AfterDelivery(Part):
    """So many days after the delivery was confirmed."""

    kind: Literal["after_delivery"] = "after_delivery"
    days: Annotated[int, Field(ge=0, le=365)] = 0


Usable = Annotated[AtOnce | AfterReturnWindow | AfterDelivery, Field(discriminator="kind")]

WhenSpent = Literal["owe", "take", "write_off"]
"""What happens when an order is given back and what it earned is spent already: the rest is owed; or what
the customer has is taken and the rest written off; or only what is left of that very order is taken."""


class Programme(Part):
    """All there is to say of the programme. `running` False: nothing is earned and nothing can be spent."""

    running: bool = True
    cashback_percent: Percent = Decimal(5)
    """Of what is paid in money, as points; a point is worth `worth_minor`."""
    currency: Annotated[str, Field(pattern="^([A-Z]{3})?$")] = ""
    """The money `worth_minor` is in; publishing fills in the shop's. Orders in any other earn nothing."""
    worth_minor: Annotated[int, Field(ge=1, le=10**9)] = 100
    """What one whole point is worth, in minor units of `currency`."""
    whole_points: bool = True
    """Earn whole points only, rounded down."""
    spend_percent: Percent = Decimal(30)
    """At most so much of an order is paid with points."""
    spend_from_minor: Points = 0
    """Fewer points than that are not taken at once."""
    usable: Usable = AfterReturnWindow()
    expiry: Expiry = AfterDays()
    when_spent: WhenSpent = "owe"
    given_back_days: Annotated[int, Field(ge=0, le=365)] = 30
    """Points that come back after they expired are given anew for so many days; 0: they are lost."""
    hold_minutes: Annotated[int, Field(ge=1, le=1_440)] = 30
    factor_above_minor: Points | None = 100_000
    """Spending more asks for the customer's QR or a code; None: never."""
    offline_minor: Points = 50_000
    """What a till that is cut off may let somebody spend."""
    adjust_minor: dict[Role, Points] = Field(
        default_factory=lambda: {Role.OWNER: 10**12, Role.MARKETER: 500_000, Role.AGENT: 100_000}
    )
    """How much each role may give or take by hand at once."""
    second_eyes_minor: Points = 300_000
    """More than that by hand waits for a second colleague."""
    rules: Annotated[tuple[Rule, ...], Field(max_length=RULES_MAX)] = ()
    """Beside the basic cashback."""
    caps: Caps = Caps()
    tiers: Tiers | None = None
    challenges: Annotated[tuple[Challenge, ...], Field(max_length=CHALLENGES_MAX)] = ()
    personal_days: Annotated[tuple[PersonalDay, ...], Field(max_length=DAYS_MAX)] = ()
    referral: Referral | None = None


class Version(Part):
    """A programme as it was published; it holds for what is ordered from `since` on."""

    id: int
    since: datetime
    published_at: datetime
    published_by: int | None
    programme: Programme


class Lifetime(Part):
    """When points of an order can be spent; moments, or None for "not known yet" and "never"."""

    usable_at: datetime | None
    expires_at: datetime | None
    last_day: date | None
    """The last day on which they can be spent."""
