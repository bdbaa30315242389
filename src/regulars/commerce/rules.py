"""What an order must look like, and what a change of it means; no database, no clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

from regulars.commerce.types import (
    ORDER_CANCELLED,
    ORDER_COMPLETED,
    ORDER_REFUNDED,
    ORDER_UPDATED,
    NewCredit,
    Order,
    OrderLine,
    OrderReturn,
    OrderStatus,
    RefusedCredit,
    RefusedOrder,
)
from regulars.events.types import EventType
from regulars.kit.money import MINOR_MAX, exponent

QUANTITY_MAX = Decimal(10) ** 12
"""What numeric(18, 6) holds."""
ID_LENGTH_MAX = 200
"""Longer than any system's order numbers; an index entry has to stay below 2.7 kB."""
NULL = r"\N"
"""No value, in the text form of COPY."""
_MILLIONTH = Decimal("0.000001")
_1970 = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Row = TypeVar("Row", OrderLine, OrderReturn, NewCredit)


@dataclass(frozen=True, slots=True)
class SoundOrder:
    """An order that can be stored, with its lines in the form in which they are written and compared.

    A text of `lines` is product id, quantity and amount with tabs between them, as COPY takes it; so
    hundreds of thousands of lines pass through Python once.
    """

    order: Order
    amount_minor: int
    lines: list[str]


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something that happened to an order. Without a moment of its own it happens now."""

    type: EventType
    occurred_at: datetime | None
    amount_minor: int


class Checking:
    """Checks the orders of a batch. What is asked again and again is worked out once."""

    def __init__(self) -> None:
        self._quantities: dict[Decimal, str] = {}
        self._currencies: dict[str, bool] = {}

    def check(self, order: Order) -> SoundOrder | RefusedOrder:
        """The order as it will be stored, or why it cannot be."""
        if reason := self._head_refused(order):
            return reason
        lines: list[str] = []
        total = 0
        quantities = self._quantities
        for line in order.lines:
            amount = line.amount_minor
            if amount < 0:
                return RefusedOrder.BAD_AMOUNT
            try:
                quantity = quantities[line.quantity]
            except (KeyError, TypeError):  # TypeError: a signalling NaN has no hash
                quantity = self._remember(line.quantity)
            if not quantity:
                return RefusedOrder.BAD_QUANTITY
            total += amount
            product = line.product_id
            lines.append(f"{NULL if product is None else product}\t{quantity}\t{amount}")
        if total > MINOR_MAX:
            return RefusedOrder.BAD_AMOUNT
        if not all(_is_sound_return(back, len(lines)) for back in order.returns or ()):
            return RefusedOrder.BAD_RETURN
        return SoundOrder(order, total, lines)

    def check_credit(self, credit: NewCredit) -> RefusedCredit | None:
        """Why this credit cannot be stored, or None."""
        if not credit.external_id:
            return RefusedCredit.NO_ID
        if not _is_id(credit.external_id) or (
            credit.order_external_id and not _is_id(credit.order_external_id)
        ):
            return RefusedCredit.BAD_ID
        if credit.credited_at.tzinfo is None:
            return RefusedCredit.BAD_DATE
        if not self._is_currency(credit.currency):
            return RefusedCredit.BAD_CURRENCY
        if not 0 < credit.amount_minor <= MINOR_MAX:
            return RefusedCredit.BAD_AMOUNT
        if credit.quantity is not None and not quantity_text(credit.quantity):
            return RefusedCredit.BAD_QUANTITY
        return None if _is_text(credit.channel) else RefusedCredit.BAD_CHANNEL

    def _head_refused(self, order: Order) -> RefusedOrder | None:
        if not order.external_id:
            return RefusedOrder.NO_ID
        if not _is_id(order.external_id):
            return RefusedOrder.BAD_ID
        if order.ordered_at.tzinfo is None or not all(map(_is_aware, _later_moments(order))):
            return RefusedOrder.BAD_DATE
        if not order.lines:
            return RefusedOrder.NO_LINES
        if not self._is_currency(order.currency):
            return RefusedOrder.BAD_CURRENCY
        return None if _is_text(order.channel) else RefusedOrder.BAD_CHANNEL

    def _is_currency(self, code: str) -> bool:
        known = self._currencies.get(code)
        if known is None:
            try:
                exponent(code)
            except ValueError:
                known = False
            else:
                known = True
            self._currencies[code] = known
        return known

    def _remember(self, quantity: Decimal) -> str:
        text = quantity_text(quantity)
        if text:
            self._quantities[quantity] = text
        return text


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


def _is_id(text: str) -> bool:
    return len(text) <= ID_LENGTH_MAX and _is_text(text)


def _is_text(text: str) -> bool:
    """Whether PostgreSQL can hold it: no zero byte, no half of a surrogate pair."""
    if text.isascii():
        return "\0" not in text
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _is_aware(moment: datetime) -> bool:
    return moment.tzinfo is not None


def _later_moments(order: Order) -> list[datetime]:
    moments = [back.returned_at for back in order.returns or ()]
    return moments if order.cancelled_at is None else [order.cancelled_at, *moments]


def _is_sound_return(back: OrderReturn, lines: int) -> bool:
    return (
        0 < back.amount_minor <= MINOR_MAX
        and (back.quantity is None or bool(quantity_text(back.quantity)))
        and (back.line is None or 1 <= back.line <= lines)
    )


def occasions(before: Order | None, after: Order) -> list[Occasion]:
    """What happened between two states of an order; `before` is None for one not seen before.

    Returns of one moment are one refund. One that only comes to be of another line gives no money back.
    """
    found = []
    amount = after.amount_minor
    if before is None or before.status != after.status:
        if after.status is OrderStatus.COMPLETED:
            found.append(Occasion(ORDER_COMPLETED, after.ordered_at if before is None else None, amount))
        else:
            at = after.cancelled_at or (after.ordered_at if before is None else None)
            found.append(Occasion(ORDER_CANCELLED, at, amount))
    had = (before.returns or ()) if before else ()
    has = after.returns or ()
    refunds: dict[datetime, int] = {}
    for (moment, given_back), count in (_money(has) - _money(had)).items():
        refunds[moment] = refunds.get(moment, 0) + count * given_back
    found += [Occasion(ORDER_REFUNDED, moment, refunds[moment]) for moment in sorted(refunds)]
    if before is not None and (Counter(had) - Counter(has) or _content(before) != _content(after)):
        found.append(Occasion(ORDER_UPDATED, None, amount))
    return found


def occasions_max(order: Order) -> int:
    """No change that led to this state can have been told of by more occasions."""
    return 2 + len({back.returned_at for back in order.returns or ()})


def _money(returns: Iterable[OrderReturn]) -> Counter[tuple[datetime, int]]:
    return Counter((back.returned_at, back.amount_minor) for back in returns)


def _content(order: Order) -> Order:
    """The order without what has events of its own."""
    return replace(order, returns=(), status=OrderStatus.COMPLETED, cancelled_at=None)


def month_of(moment: datetime) -> date:
    """The month, of UTC, by which what happened at a moment is kept in the lake."""
    return moment.astimezone(UTC).date().replace(day=1)


def months_of(order: Order) -> set[date]:
    """The months of an order and of its returns."""
    return {month_of(order.ordered_at), *(month_of(back.returned_at) for back in order.returns or ())}
