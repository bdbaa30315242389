"""What an order must look like, and what a change of it means; no database, no clock."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

from regulars.commerce.types import (
    ORDER_CANCELLED,
    ORDER_COMPLETED,
    ORDER_REFUNDED,
    ORDER_UPDATED,
    Order,
    OrderLine,
    OrderReturn,
    OrderStatus,
    RefusedOrder,
)
from regulars.events.types import EventType
from regulars.kit.money import MINOR_MAX, exponent

QUANTITY_MAX = Decimal(10) ** 12
"""What numeric(18, 6) holds."""
ID_LENGTH_MAX = 200
"""Longer than any system's order numbers; an index entry has to stay below 2.7 kB."""
_MILLIONTH = Decimal("0.000001")

Row = TypeVar("Row", OrderLine, OrderReturn)


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something that happened to an order. Without a moment of its own it happens now."""

    type: EventType
    occurred_at: datetime | None
    amount_minor: int


def as_stored(order: Order) -> Order:
    """The order as the database will give it back, so that it can be compared with what is there.

    Quantities have 6 decimals; only what was cancelled has a moment of cancelling.
    """
    lines = tuple(map(_with_stored_quantity, order.lines))
    returns = tuple(map(_with_stored_quantity, order.returns or ()))
    cancelled_at = order.cancelled_at if order.status is OrderStatus.CANCELLED else None
    if (lines, returns, cancelled_at) == (order.lines, order.returns, order.cancelled_at):
        return order
    return replace(order, lines=lines, returns=returns, cancelled_at=cancelled_at)


def _with_stored_quantity(row: Row) -> Row:
    quantity = row.quantity
    if quantity is None or not quantity.is_finite() or abs(quantity) >= QUANTITY_MAX:
        return row
    stored = quantity.quantize(_MILLIONTH, rounding=ROUND_HALF_UP)
    return row if stored == quantity else replace(row, quantity=stored)


def reason_to_refuse(order: Order) -> RefusedOrder | None:
    """Why this order cannot be stored, or None."""
    if not order.external_id:
        return RefusedOrder.NO_ID
    if len(order.external_id) > ID_LENGTH_MAX or "\0" in order.external_id:
        return RefusedOrder.BAD_ID
    moments = [order.ordered_at, order.cancelled_at, *(r.returned_at for r in order.returns or ())]
    if any(moment is not None and moment.tzinfo is None for moment in moments):
        return RefusedOrder.BAD_DATE
    if not order.lines:
        return RefusedOrder.NO_LINES
    try:
        exponent(order.currency)
    except ValueError:
        return RefusedOrder.BAD_CURRENCY
    if any(line.amount_minor < 0 for line in order.lines) or order.amount_minor > MINOR_MAX:
        return RefusedOrder.BAD_AMOUNT
    if not all(_is_quantity(line.quantity) for line in order.lines):
        return RefusedOrder.BAD_QUANTITY
    return (
        None if all(_is_sound(r, len(order.lines)) for r in order.returns or ()) else RefusedOrder.BAD_RETURN
    )


def _is_quantity(quantity: Decimal) -> bool:
    return quantity.is_finite() and 0 < quantity < QUANTITY_MAX


def _is_sound(return_: OrderReturn, lines: int) -> bool:
    return (
        0 < return_.amount_minor <= MINOR_MAX
        and (return_.quantity is None or _is_quantity(return_.quantity))
        and (return_.line is None or 1 <= return_.line <= lines)
    )


def occasions(before: Order | None, after: Order) -> list[Occasion]:
    """What happened between two states of an order; `before` is None for one not seen before.

    Returns of one moment are one refund.
    """
    found = []
    amount = after.amount_minor
    if before is None or before.status != after.status:
        if after.status is OrderStatus.COMPLETED:
            found.append(Occasion(ORDER_COMPLETED, after.ordered_at if before is None else None, amount))
        else:
            at = after.cancelled_at or (after.ordered_at if before is None else None)
            found.append(Occasion(ORDER_CANCELLED, at, amount))
    had = Counter(before.returns if before else ())
    has = Counter(after.returns)
    refunds: dict[datetime, int] = {}
    for return_, count in (has - had).items():
        refunds[return_.returned_at] = refunds.get(return_.returned_at, 0) + count * return_.amount_minor
    found += [Occasion(ORDER_REFUNDED, moment, refunds[moment]) for moment in sorted(refunds)]
    if before is not None and (had - has or _content(before) != _content(after)):
        found.append(Occasion(ORDER_UPDATED, None, amount))
    return found


def _content(order: Order) -> Order:
    """The order without what has events of its own."""
    return replace(order, returns=(), status=OrderStatus.COMPLETED, cancelled_at=None)
