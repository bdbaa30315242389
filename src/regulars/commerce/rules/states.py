"""States of orders and credits as the database gives them back, and the texts by which they are compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

from regulars.commerce.types import NewCredit, Order, OrderLine, OrderReturn, OrderStatus

QUANTITY_MAX = Decimal(10) ** 12
"""What numeric(18, 6) holds."""
NULL = r"\N"
"""No value, in the text form of COPY."""
_MILLIONTH = Decimal("0.000001")
_1970 = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Row = TypeVar("Row", OrderLine, OrderReturn, NewCredit)


def quantity_text(quantity: Decimal) -> str:
    """A quantity as stored, with at most 6 decimals and no zeros at the end; empty if it cannot be."""
    if not quantity.is_finite() or not 0 < quantity < QUANTITY_MAX:
        return ""
    stored = quantity.quantize(_MILLIONTH, rounding=ROUND_HALF_UP)
    return f"{stored.normalize():f}" if stored and stored < QUANTITY_MAX else ""


def returns_text(returns: Iterable[OrderReturn]) -> str:
    """Returns in the form in which they are compared."""
    return "\n".join(
        f"{(back.returned_at - _1970) // _MICROSECOND}"
        f"\t{NULL if back.quantity is None else quantity_text(back.quantity)}"
        f"\t{back.amount_minor}\t{NULL if back.line is None else back.line}"
        for back in returns
    )


def as_stored(order: Order) -> Order:
    """The order as the database will give it back, so that it can be compared with what is there.

    Quantities have 6 decimals; only what was cancelled has a moment of cancelling.
    """
    return replace(
        order,
        lines=tuple(map(with_stored_quantity, order.lines)),
        returns=None if order.returns is None else tuple(map(with_stored_quantity, order.returns)),
        cancelled_at=cancelled_at(order),
    )


def cancelled_at(order: Order) -> datetime | None:
    """The moment of cancelling as stored: only what was cancelled has one."""
    return order.cancelled_at if order.status is OrderStatus.CANCELLED else None


def with_returns_of(told: Order, stored: Order) -> Order:
    """What an order becomes: a source that says nothing of returns leaves those that are stored.

    One of a line that is no more is one of the whole order.
    """
    if told.returns is not None:
        return told
    return replace(
        told,
        returns=tuple(
            back if back.line is None or back.line <= len(told.lines) else replace(back, line=None)
            for back in stored.returns or ()
        ),
    )


def with_stored_quantity(row: Row) -> Row:
    """The same with the quantity as the database will give it back."""
    if row.quantity is None:
        return row
    stored = Decimal(quantity_text(row.quantity))
    return row if stored == row.quantity else replace(row, quantity=stored)
