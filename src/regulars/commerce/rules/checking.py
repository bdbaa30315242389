"""What can be stored, in the form in which it is written and compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from regulars.commerce.rules.states import NULL, quantity_text
from regulars.commerce.types import (
    NewCredit,
    NewProduct,
    NewShipment,
    Order,
    OrderReturn,
    Reckoned,
    RefusedCredit,
    RefusedOrder,
    RefusedShipment,
)
from regulars.kit.money import MINOR_MAX, exponent

AHEAD_MAX = timedelta(days=2)
"""So far the clock of a shop, or a zone that was mistaken, may be ahead of ours: what is further ahead would
be of a period, a tier and a programme that nobody has lived to see."""
ID_LENGTH_MAX = 200
"""Longer than any system's order numbers; an index entry has to stay below 2.7 kB."""


@dataclass(frozen=True, slots=True)
class SoundOrder:
    """An order that can be stored, with its lines in the form in which they are written and compared.

    A text of `lines` is product id, quantity and amount with tabs between them, as COPY takes it; so
    hundreds of thousands of lines pass through Python once.
    """

    order: Order
    amount_minor: int
    lines: list[str]


def is_price(product: NewProduct) -> bool:
    """Whether it is told what a product costs: an amount of a currency, and never less than nothing."""
    return (
        product.price_minor is not None
        and 0 <= product.price_minor <= MINOR_MAX
        and product.currency is not None
        and is_currency(product.currency)
    )


def is_currency(code: str) -> bool:
    """Whether this is a currency's code."""
    try:
        exponent(code)
    except ValueError:
        return False
    return True


class Checking:
    """Checks the orders of a batch. What is asked again and again is worked out once."""

    def __init__(self) -> None:
        self._quantities: dict[Decimal, str] = {}
        self._currencies: dict[str, bool] = {}

    def check(self, order: Order, now: datetime) -> SoundOrder | RefusedOrder:
        """The order as it will be stored, or why it cannot be."""
        if reason := self._head_refused(order):
            return reason
        if order.ordered_at > now + AHEAD_MAX:
            return RefusedOrder.IN_THE_FUTURE
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
        if not is_id(credit.external_id) or (
            credit.order_external_id and not is_id(credit.order_external_id)
        ):
            return RefusedCredit.BAD_ID
        if credit.credited_at.tzinfo is None:
            return RefusedCredit.BAD_DATE
        if not self._is_currency(credit.currency):
            return RefusedCredit.BAD_CURRENCY
        # What is reckoned from the order is not told.
        if credit.reckoned is Reckoned.TOLD and not 0 < credit.amount_minor <= MINOR_MAX:
            return RefusedCredit.BAD_AMOUNT
        if credit.quantity is not None and not quantity_text(credit.quantity):
            return RefusedCredit.BAD_QUANTITY
        return None if is_text(credit.channel) else RefusedCredit.BAD_CHANNEL

    def _head_refused(self, order: Order) -> RefusedOrder | None:
        if reason := id_refused(order.external_id):
            return reason
        if order.ordered_at.tzinfo is None or not all(map(_is_aware, _later_moments(order))):
            return RefusedOrder.BAD_DATE
        if not order.lines:
            return RefusedOrder.NO_LINES
        if not self._is_currency(order.currency):
            return RefusedOrder.BAD_CURRENCY
        return None if is_text(order.channel) else RefusedOrder.BAD_CHANNEL

    def _is_currency(self, code: str) -> bool:
        known = self._currencies.get(code)
        if known is None:
            known = self._currencies[code] = is_currency(code)
        return known

    def _remember(self, quantity: Decimal) -> str:
        text = quantity_text(quantity)
        if text:
            self._quantities[quantity] = text
        return text


def id_refused(external_id: str) -> RefusedOrder | None:
    """Why an order cannot have this id, or None."""
    if not external_id:
        return RefusedOrder.NO_ID
    return None if is_id(external_id) else RefusedOrder.BAD_ID


def shipment_refused(shipment: NewShipment) -> RefusedShipment | None:
    """Why this shipment cannot be stored, or None."""
    if not shipment.external_id:
        return RefusedShipment.NO_ID
    if not is_id(shipment.external_id):
        return RefusedShipment.BAD_ID
    if not shipment.order_external_id:
        return RefusedShipment.NO_ORDER
    if not is_id(shipment.order_external_id):
        return RefusedShipment.BAD_ORDER
    moments = (shipment.promised_at, shipment.shipped_at, shipment.delivered_at, shipment.as_of)
    if any(moment is not None and moment.tzinfo is None for moment in moments):
        return RefusedShipment.BAD_DATE
    return None if is_id(shipment.carrier) and is_id(shipment.tracking) else RefusedShipment.BAD_TEXT


def is_id(text: str) -> bool:
    """Whether this can be an id from outside."""
    return len(text) <= ID_LENGTH_MAX and is_text(text)


def is_text(text: str) -> bool:
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
    return moments + [moment for moment in (order.cancelled_at, order.as_of) if moment is not None]


def _is_sound_return(back: OrderReturn, lines: int) -> bool:
    return (
        0 < back.amount_minor <= MINOR_MAX
        and (back.quantity is None or bool(quantity_text(back.quantity)))
        and (back.line is None or 1 <= back.line <= lines)
    )
