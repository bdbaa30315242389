"""What an order as it stands comes to in points. Pure."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from regulars.commerce.types import OrderStanding

CASHBACK = "cashback"
"""The rule by which orders earn a share of what was paid."""


def lot_key(order: OrderStanding, *, rule: str, profile_id: int | None = None) -> str:
    """The key of what an order earns by a rule; with `profile_id` for a customer who was not its first."""
    # A source has no colon of its own that could be taken for the one after it.
    source = order.source.replace("%", "%25").replace(":", "%3A")
    key = f"order:{source}:{order.external_id}:{rule}"
    return key if profile_id is None else f"{key}@{profile_id}"


def delivered_at(order: OrderStanding) -> datetime | None:
    """When an order arrived: with its last shipment; one bought in a branch and not sent, at once."""
    if order.delivered_at is None and order.branch_id is not None and not order.is_sent:
        return order.ordered_at
    return order.delivered_at


def returned_share(order: OrderStanding) -> Fraction:
    """How much of an order was given back, from 0 to 1; of one for nothing, by its pieces."""
    if order.is_cancelled:
        return Fraction(1)
    if order.amount_minor:
        return min(Fraction(1), Fraction(order.returned_minor, order.amount_minor))
    return Fraction(order.returned_pieces or 0)


def given_back_minor(order: OrderStanding, *, spent_minor: int) -> int:
    """Of points spent on an order, how many come back for what was given back of it, all told.

    Rounded down to a minor unit until all is given back: then all of them.
    """
    return int(spent_minor * returned_share(order))
