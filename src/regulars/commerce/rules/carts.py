"""Which changes of carts can be stored."""

from __future__ import annotations

from regulars.commerce.rules.checking import is_currency, is_id
from regulars.commerce.rules.states import quantity_text
from regulars.commerce.types import CartChange, CartStep, RefusedCart
from regulars.kit.money import MINOR_MAX

LINES_MAX = 100
"""Most lines told of at once; nobody has a longer look at a cart."""


def cart_refused(change: CartChange) -> RefusedCart | None:
    """Why this change cannot be stored, or None."""
    if not is_id(change.cart):
        return RefusedCart.BAD_CART
    if change.at.tzinfo is None:
        return RefusedCart.BAD_DATE
    if not is_currency(change.currency):
        return RefusedCart.BAD_CURRENCY
    if len(change.lines) > LINES_MAX:
        return RefusedCart.TOO_MANY_LINES
    if not change.lines and change.what in (CartStep.ADDED, CartStep.REMOVED):
        return RefusedCart.NO_LINES
    if not all(quantity_text(line.quantity) for line in change.lines):
        return RefusedCart.BAD_QUANTITY
    prices = [line.price_minor for line in change.lines if line.price_minor is not None]
    return None if all(0 <= price <= MINOR_MAX for price in prices) else RefusedCart.BAD_AMOUNT
