"""What a till asks and is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from enum import StrEnum

from regulars.loyalty.types.holds import Balance
from regulars.loyalty.types.programme import Version
from regulars.loyalty.types.standing import TierStanding
from regulars.loyalty.types.tiers import Tier
from regulars.offers.types import Applied


class RefKind(StrEnum):
    """By what a till knows a customer."""

    ID = "id"
    """The shop's own id."""
    CARD = "card"
    QR = "qr"
    """What the customer's telephone shows; changes every half a minute."""
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Ref:
    """A customer as a till names them, such as `card:2000123`."""

    kind: RefKind
    value: str


@dataclass(frozen=True, slots=True)
class Coming:
    """Of the pending points those that can be spent next, and from which moment."""

    points_minor: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Whom a till has before it, and what they have; `shop_id` is empty where the shop has no id of them,
    `timezone` where nobody knows theirs. `stands`: among the tiers, as they were reckoned last; None: never
    (`queries.tiers` says as of a moment). `coming`: None where no day is known of what is pending."""

    profile_id: int
    person_id: int
    shop_id: str
    name: str
    balance: Balance
    timezone: str = ""
    stands: TierStanding | None = None
    coming: Coming | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usable:
    """From when what a cart earns can be spent, were it ordered at `asked_at`: from a moment, by the calendar
    of `zone`, or (`at` None) so many days after the delivery."""

    asked_at: datetime
    at: datetime | None
    days_after_delivery: int
    zone: tzinfo

    @property
    def is_at_once(self) -> bool:
        return self.at is not None and self.at <= self.asked_at


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """A line of a cart: what is paid in money for it, after points took `discount_minor` off, and before
    that offers and the tier what stands there."""

    amount_minor: int
    discount_minor: int
    offers_minor: int = 0
    tier_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a cart comes to, may be paid with, and would earn; money and points in their minor units.

    `total_minor`: before any discount. `offers`: what offers take off, and which codes do not. `tier`: of the
    customer, where the programme has such. `payable_minor`: points that may be spent on what is left.
    `points_minor` of them are spent here, and take `discount_minor` off; `most_minor`: what somebody with any
    number of points might spend. `shares`: what of `earns_minor` each mechanic brings (`types.earned`).
    `usable`: from when that can be spent.
    """

    version: Version | None
    currency: str
    total_minor: int
    member: Member | None
    wanted_minor: int
    most_minor: int
    payable_minor: int
    points_minor: int
    discount_minor: int
    pays_minor: int
    earns_minor: int
    usable: Usable
    factor_needed: bool
    lines: tuple[QuotedLine, ...]
    offers: Applied = field(default_factory=Applied)
    tier: Tier | None = None
    shares: Mapping[str, int] = field(default_factory=dict)

    @property
    def tier_minor(self) -> int:
        """What the tier takes off."""
        return sum(line.tier_minor for line in self.lines)


@dataclass(frozen=True, slots=True)
class Qr:
    """What a customer's telephone shows until `until`; `svg` is the picture of it."""

    token: str
    svg: str
    until: datetime


@dataclass(frozen=True, slots=True)
class SentCode:
    """That a code is on its way: by what, to where (masked), and until when it opens."""

    channel: str
    to: str
    until: datetime
