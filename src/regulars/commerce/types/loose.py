"""Money given back of which nobody knows yet which order it is of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Loose(StrEnum):
    """How far credits are that no source names a known order for."""

    OPEN = "open"
    """Of no order."""
    NAMED = "named"
    """A colleague named their order."""
    AWAY = "away"
    """A colleague said that they belong to none."""


class WhyUnfit(StrEnum):
    """Why a credit cannot be of an order of its customer."""

    CANCELLED = "cancelled"
    CURRENCY = "currency"
    LATER = "later"
    """It was ordered after the money was given back."""
    GIVEN_BACK = "given_back"
    """All of it is given back already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseCredit:
    """A credit as one looks for its order.

    `told_order`: what its source names, though nobody knows it. `profile_id`: whose it is by its source, or
    by the order that a colleague named.
    """

    id: int
    source: str
    external_id: str
    told_order: str
    profile_id: int | None
    product: str
    quantity: Decimal | None
    credited_at: datetime
    amount_minor: int
    currency: str
    state: Loose
    order_id: int | None
    order_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderThatFits:
    """An order a credit may be of. `left_minor`: what it is still worth without that credit."""

    id: int
    source: str
    number: str
    profile_id: int
    ordered_at: datetime
    amount_minor: int
    left_minor: int
    currency: str
    has_product: bool
    branch: str
