"""Orders, as their source tells of them and as they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from regulars.commerce.types.changes import Change, SourceKey, Undone


class OrderStatus(StrEnum):
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class RefusedOrder(StrEnum):
    """Why an order was set aside."""

    NO_ID = "no_order_id"
    BAD_ID = "bad_order_id"
    NO_LINES = "no_lines"
    BAD_DATE = "bad_date"
    IN_THE_FUTURE = "in_the_future"
    BAD_AMOUNT = "bad_amount"
    BAD_QUANTITY = "bad_quantity"
    BAD_CURRENCY = "bad_currency"
    BAD_RETURN = "bad_return"
    BAD_CHANNEL = "bad_channel"


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
    """An order whole: its lines and all its returns so far, as its source tells of it.

    Credits (`NewCredit`) that name it are not among `returns` and are left alone by telling of it again.
    """

    source: str
    external_id: str
    profile_id: int | None
    """None: sold to somebody unknown."""
    ordered_at: datetime
    currency: str
    lines: tuple[OrderLine, ...]
    returns: tuple[OrderReturn, ...] | None = ()
    """None: the source says nothing of returns, and those stored stay."""
    status: OrderStatus | None = OrderStatus.COMPLETED
    """None: the source says nothing of it; what is stored stays, and a new one is completed."""
    cancelled_at: datetime | None = None
    channel: str = ""
    branch_id: int | None = None
    as_of: datetime | None = None
    """When the source said so. What it said before something stored never overwrites that. None: now."""
    ordered_at_is_guess: bool = False
    """`ordered_at` is only a moment at which the order was there: it gives way to one that is known."""
    status_as_of: datetime | None = None
    """When the status was said, if not when it was ordered. Told by the store only: undoing needs it."""
    ordered_as_of: datetime | None = None
    """When `ordered_at` was said, if not `as_of`. Told by the store only."""

    @property
    def key(self) -> SourceKey:
        return self.source, self.external_id

    @property
    def amount_minor(self) -> int:
        """Of all lines, returns not deducted."""
        return sum(line.amount_minor for line in self.lines)


@dataclass(frozen=True, slots=True)
class RecordedOrders:
    """What became of a batch: ids of those now stored, and what was done to how many.

    `revisions` has those that were created or changed; those of them that are also in `before` (the state
    before) were changed, the others created. That is what undoing takes.
    """

    ids: Mapping[SourceKey, int]
    created: int
    changed: int
    refused: Mapping[SourceKey, RefusedOrder]
    before: Mapping[SourceKey, Order] = field(default_factory=dict)
    revisions: Mapping[SourceKey, int] = field(default_factory=dict)
    stale: frozenset[SourceKey] = frozenset()
    """Those whose content was told as it was before what is stored, and therefore left as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """That an order was cancelled, told by itself; also before the order is known."""

    source: str
    external_id: str
    """Of the order."""
    cancelled_at: datetime

    @property
    def key(self) -> SourceKey:
        return self.source, self.external_id


@dataclass(frozen=True, slots=True)
class CancelledOrders:
    """What became of a batch of cancellations.

    `cancelled`: ids of the orders that were cancelled by it; `awaited`: those not known yet, which it will
    cancel; `stale`: those of which something newer is stored. All others were cancelled before.
    """

    cancelled: Mapping[SourceKey, int]
    awaited: frozenset[SourceKey]
    refused: Mapping[SourceKey, RefusedOrder]
    stale: frozenset[SourceKey]


OrderChange = Change[SourceKey, Order]
UndoneOrders = Undone[SourceKey]


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of an order as pages show it; `product` is empty where none is known."""

    number: int
    product: str
    category: str
    quantity: Decimal
    amount_minor: int


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order as pages show it."""

    id: int
    number: str
    """The shop's own number of it."""
    profile_id: int
    ordered_at: datetime
    status: OrderStatus
    amount_minor: int
    """Of all lines."""
    returned_minor: int
    """Given back of it, in returns and credits."""
    currency: str
    channel: str
    branch: str


@dataclass(frozen=True, slots=True)
class OrderLineState:
    number: int
    product_id: int | None
    product_source: str
    product_external_id: str
    """Both empty where no product is known."""
    product: str
    quantity: Decimal
    amount_minor: int


@dataclass(frozen=True, slots=True)
class OrderState:
    """An order whole, as it is stored, for those outside."""

    id: int
    source: str
    external_id: str
    profile_id: int | None
    ordered_at: datetime
    status: OrderStatus
    cancelled_at: datetime | None
    currency: str
    amount_minor: int
    """Of all lines."""
    returned_minor: int
    """Given back of it, in returns and credits."""
    channel: str
    branch_id: int | None
    branch_external_id: str
    as_of: datetime | None
    """None: stored before such moments were kept."""
    updated_at: datetime | None
    """When we were told of its last change; None as above."""
    revision: int
    lines: tuple[OrderLineState, ...]
    returns: tuple[OrderReturn, ...]


@dataclass(frozen=True, slots=True)
class OrderStanding:
    """What an order comes to now, without its lines; amounts in minor units of `currency`."""

    id: int
    source: str
    external_id: str
    profile_id: int | None
    ordered_at: datetime
    status: OrderStatus
    currency: str
    amount_minor: int
    """Of all lines."""
    returned_minor: int
    """Given back of it, in returns and credits."""
    returned_pieces: Decimal | None
    """Of an order for nothing, the share of its pieces that came back; None where `amount_minor` tells."""
    delivered_at: datetime | None
    """When the last of its shipments arrived; None where one has not, or there is none."""
    is_sent: bool
    """Whether there is a shipment."""
    branch_id: int | None
    branch: str
    """What the branch is called; empty without one."""
    channel: str

    @property
    def is_cancelled(self) -> bool:
        return self.status is OrderStatus.CANCELLED

    @property
    def net_minor(self) -> int:
        """Paid and not given back; never negative."""
        return 0 if self.is_cancelled else max(0, self.amount_minor - self.returned_minor)


@dataclass(frozen=True, slots=True)
class LineStanding:
    """What is left of a line of an order; texts are empty where nothing is known.

    `pieces` and `amount_minor` less what was given back: by returns that name the line, by credits that name
    the product, and by its share of all others.
    """

    number: int
    product_id: int | None
    product: str
    category: str
    brand: str
    pieces: Decimal
    amount_minor: int


@dataclass(frozen=True, slots=True)
class OrderPlace:
    """Where a page of orders ended: `updated_at` in lists by change, else None."""

    id: int
    updated_at: datetime | None = None
