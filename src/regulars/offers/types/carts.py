"""A cart, and what offers take off it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from regulars.offers.types.terms import Goods, Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class CartLine:
    """A line before discounts; texts are empty where nothing is known."""

    amount_minor: int
    quantity: Decimal = Decimal(1)
    product: str = ""
    category: str = ""
    brand: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cart:
    """What somebody is about to buy."""

    currency: str
    lines: tuple[CartLine, ...]

    @property
    def total_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines)


class CouponRefusal(StrEnum):
    """Why a code takes nothing off a cart."""

    UNKNOWN = "unknown"
    NOT_YET = "not_yet"
    OVER = "over"
    STOPPED = "stopped"
    USED = "used"
    USED_UP = "used_up"
    """As often as all together may, or its budget is gone."""
    ENOUGH = "enough"
    """As often as this person may."""
    CUSTOMER_NEEDED = "customer_needed"
    NOT_THEIRS = "not_theirs"
    """It is somebody else's, or for others than this customer."""
    OTHER_GOODS = "other_goods"
    TOO_SMALL = "too_small"
    OTHER_CURRENCY = "other_currency"
    NOT_TOGETHER = "not_together"
    TWICE = "twice"


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a code takes nothing off, and by how much or from when it would; None where that is no question.

    `since`, `until`: from when it works, and before which moment it did. `used_at`: when the code was used;
    None while it is set aside. `total_from_minor`: what the cart has to come to, `missing_minor` of it are
    missing. `uses` of `uses_most` are made. `left_minor`: of what it takes off altogether. `currency`: the
    money it is in. `goods`: those it is for. `off_minor`: what it alone would take off this cart.
    """

    why: CouponRefusal
    _: KW_ONLY
    since: datetime | None = None
    until: datetime | None = None
    used_at: datetime | None = None
    total_from_minor: int | None = None
    missing_minor: int | None = None
    uses: int | None = None
    uses_most: int | None = None
    left_minor: int | None = None
    currency: str | None = None
    goods: Goods | None = None
    off_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discounted:
    """What one offer takes off, line by line in the order of the cart; `code`: as given, empty without."""

    offer_id: int
    name: str
    code: str
    lines: tuple[int, ...]
    code_id: int | None = None
    terms: Terms | None = None
    """By which it was reckoned."""

    @property
    def amount_minor(self) -> int:
        return sum(self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What all offers take off a cart. Nothing is changed by asking.

    `refused`: the codes that take nothing off, and why. `standing`: what the discount that the customer has
    anyway takes off each line after that. `may_pay_with_points`, `with_tier`: as all that apply allow.
    """

    discounts: tuple[Discounted, ...] = ()
    refused: Mapping[str, Refused] = field(default_factory=dict)
    standing: tuple[int, ...] = ()
    may_pay_with_points: bool = True
    with_tier: bool = True

    def of_line(self, place: int) -> int:
        """What is taken off a line, in minor units."""
        return sum(discount.lines[place] for discount in self.discounts)
