"""Carts: what a customer has chosen and not yet bought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class CartStep(StrEnum):
    """What happened to a cart."""

    VIEWED = "viewed"
    """Looked at: the lines are all that is in it."""
    ADDED = "added"
    REMOVED = "removed"
    CHECKOUT_STARTED = "checkout_started"
    """As `VIEWED`, on the way to pay. Without lines the cart is as it was."""
    CLEARED = "cleared"


class RefusedCart(StrEnum):
    """Why a change of a cart was set aside."""

    BAD_CART = "bad_cart"
    BAD_DATE = "bad_date"
    BAD_CURRENCY = "bad_currency"
    BAD_QUANTITY = "bad_quantity"
    BAD_AMOUNT = "bad_amount"
    NO_LINES = "no_lines"
    TOO_MANY_LINES = "too_many_lines"


@dataclass(frozen=True, slots=True, kw_only=True)
class CartLine:
    product_id: int
    quantity: Decimal = Decimal(1)
    price_minor: int | None = None
    """Of one piece; None: not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CartChange:
    """Something that happened to a cart.

    `source` and `key` say which occasion it is (that of the event): the same is taken once. `cart` is the
    source's id of it, empty where it has only one of a customer.
    """

    source: str
    key: str
    profile_id: int
    what: CartStep
    at: datetime
    currency: str
    lines: tuple[CartLine, ...] = ()
    cart: str = ""

    @property
    def occasion(self) -> tuple[str, str]:
        return self.source, self.key


@dataclass(frozen=True, slots=True)
class ChangedCarts:
    """What became of a batch, by occasion: taken now, or refused. All others had been taken before."""

    taken: frozenset[tuple[str, str]]
    refused: Mapping[tuple[str, str], RefusedCart]


@dataclass(frozen=True, slots=True)
class CartLineRow:
    product_id: int
    product_source: str
    product_external_id: str
    product: str
    quantity: Decimal
    price_minor: int | None


@dataclass(frozen=True, slots=True)
class CartRow:
    """A cart as it stands, with what was put into it since the customer's last order."""

    id: int
    profile_id: int
    cart: str
    currency: str
    changed_at: datetime
    checkout_at: datetime | None
    lines: tuple[CartLineRow, ...]

    @property
    def amount_minor(self) -> int | None:
        """Of all lines, if all prices are known."""
        prices = [line.price_minor for line in self.lines]
        if None in prices:
            return None
        return round(sum(line.quantity * (line.price_minor or 0) for line in self.lines))
