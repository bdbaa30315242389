"""Words of the shop's trade, and what its services take and give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from regulars.events.types import EventType

ORDER_COMPLETED = EventType("order_completed")
ORDER_UPDATED = EventType("order_updated")
ORDER_REFUNDED = EventType("order_refunded")
ORDER_CANCELLED = EventType("order_cancelled")

SourceKey = tuple[str, str]
"""(source, external id): how an outside system names an order, a product or a branch."""


class OrderStatus(StrEnum):
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class RefusedOrder(StrEnum):
    """Why an order was set aside."""

    NO_ID = "no_order_id"
    BAD_ID = "bad_order_id"
    NO_LINES = "no_lines"
    BAD_DATE = "bad_date"
    BAD_AMOUNT = "bad_amount"
    BAD_QUANTITY = "bad_quantity"
    BAD_CURRENCY = "bad_currency"
    BAD_RETURN = "bad_return"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProduct:
    source: str
    external_id: str
    name: str
    category: str = ""

    @property
    def key(self) -> SourceKey:
        return self.source, self.external_id


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBranch:
    source: str
    external_id: str
    name: str

    @property
    def key(self) -> SourceKey:
        return self.source, self.external_id


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One line as sold: `amount_minor` is what was paid for the whole line, never negative."""

    amount_minor: int
    quantity: Decimal = Decimal(1)
    product_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReturn:
    """Money given back: positive. `line` is the number (from 1) of the line it is for, if it is for one."""

    returned_at: datetime
    amount_minor: int
    quantity: Decimal | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order whole: its lines and all its returns so far, as its source tells of it."""

    source: str
    external_id: str
    profile_id: int | None
    """None: sold to somebody unknown."""
    ordered_at: datetime
    currency: str
    lines: tuple[OrderLine, ...]
    returns: tuple[OrderReturn, ...] = ()
    status: OrderStatus = OrderStatus.COMPLETED
    cancelled_at: datetime | None = None
    channel: str = ""
    branch_id: int | None = None

    @property
    def key(self) -> SourceKey:
        return self.source, self.external_id

    @property
    def amount_minor(self) -> int:
        """Of all lines, returns not deducted."""
        return sum(line.amount_minor for line in self.lines)


@dataclass(frozen=True, slots=True)
class RecordedOrders:
    """What became of a batch: ids of those now stored, and what was done to how many."""

    ids: Mapping[SourceKey, int]
    created: int
    changed: int
    refused: Mapping[SourceKey, RefusedOrder]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelDayCost:
    """What winning customers by a channel cost on a day of the shop's calendar."""

    channel: str
    day: date
    cost_minor: int
    currency: str
