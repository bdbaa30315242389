"""Money given back that its source tells of by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from regulars.commerce.types.changes import Change, SourceKey

REFUND_LINES_MAX = 100
"""Most lines of one refund; each is a credit."""
NO_CURRENCY = "XXX"
"""Of ISO 4217: no currency. Of a credit whose order is to tell."""


class Told(StrEnum):
    """Whether the log tells of a credit, and whether any of that set something off."""

    NOT_YET = "not_yet"
    """It names an order that is not known yet."""
    BACKFILL = "backfill"
    LIVE = "live"


class Reckoned(StrEnum):
    """How the amount of a credit comes about."""

    TOLD = ""
    LINE = "line"
    """What was paid in its order for so many of its product."""
    REST = "rest"
    """All that is left of its order."""


class RefusedCredit(StrEnum):
    """Why money given back was set aside."""

    NO_ID = "no_return_id"
    BAD_ID = "bad_return_id"
    BAD_DATE = "bad_date"
    BAD_AMOUNT = "bad_amount"
    BAD_QUANTITY = "bad_quantity"
    BAD_CURRENCY = "bad_currency"
    BAD_CHANNEL = "bad_channel"
    NO_ORDER = "no_order_id"
    BAD_PRODUCT = "bad_product_id"
    TOO_MANY_LINES = "too_many_lines"


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
    reckoned: Reckoned = Reckoned.TOLD
    """If not told, `amount_minor` is 0 until the order is known, and reckoned from then on."""

    @property
    def key(self) -> SourceKey:
        return self.source, self.external_id


@dataclass(frozen=True, slots=True)
class RecordedCredits:
    """As `RecordedOrders`, of credits."""

    ids: Mapping[SourceKey, int]
    created: int
    changed: int
    refused: Mapping[SourceKey, RefusedCredit]
    before: Mapping[SourceKey, NewCredit] = field(default_factory=dict)
    revisions: Mapping[SourceKey, int] = field(default_factory=dict)


CreditChange = Change[SourceKey, NewCredit]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundLine:
    """What was taken back: `product` is the source's id of it."""

    product: str
    quantity: Decimal = Decimal(1)
    amount_minor: int | None = None
    """Given back for it, positive; None: what was paid for so many of them in the order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRefund:
    """Money given back for an order, told by itself; also before the order is known.

    It becomes a credit, or one for each line: under its own id, then id.2, id.3 and so on.
    """

    source: str
    external_id: str
    order_external_id: str
    refunded_at: datetime
    profile_id: int | None = None
    """None: the customer of the order."""
    amount_minor: int | None = None
    """Positive. None: what its lines come to, or without lines all that is left of the order."""
    currency: str | None = None
    """None: that of the order."""
    lines: tuple[RefundLine, ...] = ()

    @property
    def key(self) -> SourceKey:
        return self.source, self.external_id


@dataclass(frozen=True, slots=True)
class RecordedRefunds:
    """What became of a batch of refunds: ids of the credits they became, the first of each.

    `awaited`: those whose amount is not known before their order is.
    """

    ids: Mapping[SourceKey, int]
    created: int
    changed: int
    refused: Mapping[SourceKey, RefusedCredit]
    awaited: frozenset[SourceKey] = frozenset()


@dataclass(frozen=True, slots=True)
class CreditRow:
    """Money given back, as it is stored; `order_id` is None where it stands by itself."""

    id: int
    source: str
    external_id: str
    order_external_id: str
    order_id: int | None
    profile_id: int | None
    product_id: int | None
    credited_at: datetime
    quantity: Decimal | None
    amount_minor: int
    """0 while it is not known, because its order is not."""
    currency: str
