"""Offers used on an order: set aside while it is paid, used when it is, free again when it is not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from regulars.offers.types.carts import Cart
from regulars.offers.types.standing import Standing


class UseState(StrEnum):
    RESERVED = "reserved"
    CAPTURED = "captured"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    GIVEN_BACK = "given_back"
    """All of the order was given back, and its offers can be used again."""


COUNTS = (UseState.RESERVED, UseState.CAPTURED)
"""Uses that count against the limits of their offers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUse:
    """What a cart is to use. `key` is made up by whoever asks, and taken once.

    `discount_minor`: what the customer was told it takes off; None: whatever it does. `standing`: the
    discount they have anyway, as the quote was told.
    """

    key: str
    cart: Cart
    codes: tuple[str, ...] = ()
    profile_id: int | None = None
    at: datetime
    lasts_until: datetime
    discount_minor: int | None = None
    standing: Standing | None = None
    order_source: str = ""
    order_id: str = ""
    branch_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedOffer:
    """What one offer takes off a cart. `code`: as it was given, empty without."""

    offer_id: int
    name: str
    code: str
    lines: tuple[int, ...]

    @property
    def amount_minor(self) -> int:
        return sum(self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Offers used together on a cart."""

    id: int
    key: str
    state: UseState
    profile_id: int | None
    currency: str
    discount_minor: int
    offers: tuple[UsedOffer, ...]
    order_source: str
    order_id: str
    branch_id: int | None
    at: datetime
    lasts_until: datetime
    closed_at: datetime | None
