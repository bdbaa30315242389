"""Words of the shop's trade, and what its services take and give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

from regulars.events.types import EventType

ORDER_COMPLETED = EventType("order_completed")
ORDER_UPDATED = EventType("order_updated")
ORDER_REFUNDED = EventType("order_refunded")
ORDER_CANCELLED = EventType("order_cancelled")

SourceKey = tuple[str, str]
"""(source, external id): how an outside system names an order, a product or a branch."""


CostKey = tuple[str, date, str]
"""(channel, day, currency)."""

LINES_TABLE = "order_lines"
COSTS_TABLE = "channel_costs"
"""Names of our lake tables, for ever: they are in marks of change."""

Key = TypeVar("Key")
State = TypeVar("State")


class OrderStatus(StrEnum):
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Told(StrEnum):
    """Whether the log tells of a credit, and whether any of that set something off."""

    NOT_YET = "not_yet"
    """It names an order that is not known yet."""
    BACKFILL = "backfill"
    LIVE = "live"


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
    BAD_CHANNEL = "bad_channel"


class RefusedCredit(StrEnum):
    """Why money given back was set aside."""

    NO_ID = "no_return_id"
    BAD_ID = "bad_return_id"
    BAD_DATE = "bad_date"
    BAD_AMOUNT = "bad_amount"
    BAD_QUANTITY = "bad_quantity"
    BAD_CURRENCY = "bad_currency"
    BAD_CHANNEL = "bad_channel"


class Kept(StrEnum):
    """Why something was left as it is when an import was undone."""

    CHANGED_SINCE = "changed_since"
    IN_USE = "in_use"
    """Something else points to it."""
    GONE = "gone"
    """There is nothing any more to put the state before back into."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProduct:
    """An empty name or category leaves what is stored."""

    source: str
    external_id: str
    name: str
    category: str = ""

    @property
    def key(self) -> SourceKey:
        return self.source, self.external_id


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBranch:
    """An empty name leaves what is stored."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCredit:
    """Money given back that its source tells of by itself, under an id of its own.

    It reduces the order of the same source and currency that it names, whichever is told of first. Naming
    none, or one nobody knows yet, it is taken off the customer's newest purchases (METRICS, "What counts
    as an order").
    """

    source: str
    external_id: str
    profile_id: int | None
    """None: the customer of the order it names."""
    credited_at: datetime
    amount_minor: int
    """Positive."""
    currency: str
    order_external_id: str = ""
    product_id: int | None = None
    quantity: Decimal | None = None
    channel: str = ""
    branch_id: int | None = None

    @property
    def key(self) -> SourceKey:
        return self.source, self.external_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelDayCost:
    """What winning customers by a channel cost on a day of the shop's calendar."""

    channel: str
    day: date
    cost_minor: int
    currency: str

    @property
    def key(self) -> CostKey:
        return self.channel, self.day, self.currency


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


@dataclass(frozen=True, slots=True)
class RecordedCredits:
    """As `RecordedOrders`, of credits."""

    ids: Mapping[SourceKey, int]
    created: int
    changed: int
    refused: Mapping[SourceKey, RefusedCredit]
    before: Mapping[SourceKey, NewCredit] = field(default_factory=dict)
    revisions: Mapping[SourceKey, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Recorded(Generic[Key, State]):
    """As `RecordedOrders`, of things of which none is refused."""

    ids: Mapping[Key, int]
    created: int
    changed: int
    before: Mapping[Key, State]
    revisions: Mapping[Key, int]


@dataclass(frozen=True)
class Change(Generic[Key, State]):
    """Something done to a row: the revision after it, and the state before (None: it was created)."""

    key: Key
    revision: int
    before: State | None


@dataclass(frozen=True)
class Undone(Generic[Key]):
    """What became of changes that were to be undone."""

    removed: int
    restored: int
    kept: Mapping[Key, Kept]
    """Left as they are, and why."""

    @property
    def undone(self) -> int:
        return self.removed + self.restored


RecordedProducts = Recorded[SourceKey, NewProduct]
RecordedBranches = Recorded[SourceKey, NewBranch]
RecordedCosts = Recorded[CostKey, ChannelDayCost]
OrderChange = Change[SourceKey, Order]
CreditChange = Change[SourceKey, NewCredit]
ProductChange = Change[SourceKey, NewProduct]
BranchChange = Change[SourceKey, NewBranch]
CostChange = Change[CostKey, ChannelDayCost]
UndoneOrders = Undone[SourceKey]
UndoneCosts = Undone[CostKey]


@dataclass(frozen=True, slots=True)
class TillRow:
    """A till as pages show it."""

    id: int
    name: str
    external_id: str
    active: bool


@dataclass(frozen=True, slots=True)
class BranchRow:
    """A branch as pages show it, with its tills."""

    id: int
    name: str
    external_id: str
    active: bool
    tills: tuple[TillRow, ...]


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
