"""What an audit knows: the one document behind the report, the page, the table and the JSON file.

The document is free of language and of presentation: it holds figures, ids and codes; sentences are
made from it when it is shown. Keys and definitions are those of docs/metrics.md.

Units: money is `Decimal` in major units, rounded to 2 decimals; shares and rates are floats between
0 and 1, not rounded; days are days; dates are days of the shop's own calendar.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

import msgspec

Money = Decimal
"""Major units, 2 decimals."""

Segment = Literal[
    "champions",
    "loyal",
    "potential_loyalist",
    "new",
    "promising",
    "needs_attention",
    "about_to_sleep",
    "cannot_lose",
    "at_risk",
    "hibernating",
    "lost",
]
Stage = Literal["lost", "lapsed", "at_risk", "returned", "regular", "active", "new"]
RejectReason = Literal[
    "no_customer", "bad_date", "bad_amount", "no_order_id", "other_currency", "order_of_another_customer"
]
Sort = Literal["last_day", "revenue", "orders", "first_day"]
"""What a list of customers begins with: the latest, the most, the newest."""
GrowthKey = Literal["second_order", "win_back", "overdue", "almost_regulars", "cross_sell", "keep_best"]


class Headline(msgspec.Struct, kw_only=True):
    """The headline figures at one `as_of`; undefined ones (no customers, span too short) are None."""

    customers: int
    orders: int
    revenue: Money
    average_order_value: Money | None
    purchase_frequency: float | None
    repeat_purchase_rate: float | None
    one_time_customers: int
    repeat_revenue_share: float | None
    regulars: int
    regulars_share: float | None
    regulars_revenue_share: float | None
    median_days_between_orders: float | None
    median_days_to_second_order: float | None
    retention_window_days: int
    retention_rate: float | None
    churn_rate: float | None
    new_customer_rate: float | None
    ltv_historical: Money | None
    purchase_days: int


class CountAmount(msgspec.Struct):
    count: int
    amount: Money


class SourcePart(msgspec.Struct, kw_only=True):
    """One file, or one sheet or archive member of it, that was read."""

    name: str
    rows: int
    encoding: str | None = None
    delimiter: str | None = None


class Note(msgspec.Struct):
    """Something the reader of the report should know; `code` names the sentence, `facts` fill it."""

    code: str
    facts: dict[str, str | int | float] = {}


class Month(msgspec.Struct, kw_only=True):
    """Orders and revenue of a calendar month, split into first orders of customers and all others."""

    month: str  # "2024-03"
    new_orders: int
    returning_orders: int
    new_revenue: Money
    returning_revenue: Money
    partial: bool


class RfmSegment(msgspec.Struct):
    segment: Segment
    customers: int
    revenue: Money


class RfmCell(msgspec.Struct):
    r: int
    f: int
    customers: int
    revenue: Money


class RfmCuts(msgspec.Struct):
    """Smallest value that gets score 2, 3, 4, 5 (None: nobody has that score)."""

    recency: list[date | None]
    frequency: list[int | None]
    monetary: list[Money | None]


class Cuts(msgspec.Struct, frozen=True):
    """Smallest value with score 2, 3, 4 and 5 (None: nobody has that score), unrounded.

    A full run stores them; a customer who changes before the next run is scored against these.
    """

    recency: list[date | None]
    frequency: list[int | None]
    monetary: list[Decimal | None]


class StageRow(msgspec.Struct):
    stage: Stage
    customers: int
    revenue: Money


class Cohort(msgspec.Struct, kw_only=True):
    """Customers whose first order fell into `month`; index k of each list is k months later.

    The lists end with the month that the last day before `as_of` falls into; `partial[k]` says that
    month k was not over at `as_of`.
    """

    month: str
    size: int
    active: list[int]
    revenue: list[Money]
    retention: list[float]
    partial: list[bool]


class CurvePoint(msgspec.Struct):
    x: float
    y: float


class SecondOrder(msgspec.Struct, kw_only=True):
    """How soon the second purchase day comes.

    `curve`: x days after the first purchase day, y the share of customers who had their second by then,
    among those seen for at least x days. `within`: the same at "30", "60", "90", "180" and "365" days
    (a key is missing where nobody was seen that long).
    """

    curve: list[CurvePoint]
    within: dict[str, float]


class Lorenz(msgspec.Struct, kw_only=True):
    """Customers from the best down: x share of customers, y share of revenue; 101 points."""

    points: list[CurvePoint]
    top_10_share: float
    top_20_share: float


class SlippingCustomer(msgspec.Struct, kw_only=True):
    customer_id: str
    last_order: date
    days_since: int
    usual_gap_days: float | None
    orders: int
    revenue: Money
    stage: Stage


class Slipping(msgspec.Struct, kw_only=True):
    """Valuable customers (M = 5, 2 or more orders) at stage at_risk or lapsed; `top` 50 by revenue."""

    customers: int
    revenue: Money
    top: list[SlippingCustomer]


class Channel(msgspec.Struct, kw_only=True):
    """A channel of first order, or all of them (`channel` None); cost figures None where none were given."""

    channel: str | None
    customers: int
    revenue: Money
    ltv: Money
    cost: Money | None
    cac: Money | None
    ltv_to_cac: float | None
    payback_months: int | None


class Interval(msgspec.Struct):
    """Expected revenue with its 80% interval."""

    value: Money
    low: Money
    high: Money


class Backtest(msgspec.Struct, kw_only=True):
    """The same point computed `days` before the audit's `as_of`, for those `days`, and what then happened."""

    as_of: date
    days: int
    customers: int
    expected: Interval
    actual: Money
    inside: bool


class GrowthPoint(msgspec.Struct, kw_only=True):
    """A group of customers, what they are expected to bring in the next 12 months, and how that was found.

    `facts` fill the sentences of this `key` (who, what to do, how it was computed); `extra_percent` is
    what one more customer in a hundred of the group would bring; `top` are ids of the most valuable.
    """

    key: GrowthKey
    customers: int
    expected_revenue: Interval
    extra_percent: Money
    backtest: Backtest | None
    facts: dict[str, str | int | float]
    top: list[str]


class LeftOut(msgspec.Struct):
    """A growth point that is not shown: `reason` is a code, e.g. "no_products", "history_too_short"."""

    key: GrowthKey
    reason: str
    facts: dict[str, str | int | float] = {}


class Audit(Headline, kw_only=True):
    """The whole document. `to` is the last day with an order, `as_of` the first day that no longer counts."""

    version: int = 1
    made_at: datetime
    source: list[SourcePart]
    rows_read: int
    mapping: dict[str, str]
    mapping_costs: dict[str, str] | None = None
    currency: str | None
    timezone: str
    margin: Decimal | None
    from_: date = msgspec.field(name="from")
    to: date
    as_of: date
    span_days: int
    rejected: dict[RejectReason, int]
    rejected_examples: dict[RejectReason, list[str]]  # at most 5 a reason, e.g. "orders.csv, row 17"
    revenue_without_customer: Money
    unmatched_returns: CountAmount
    voided_orders: int
    duplicate_orders: int
    duplicate_orders_differing: int
    previous: Headline | None
    months: list[Month]
    rfm: list[RfmSegment]
    rfm_map: list[RfmCell]
    rfm_cuts: RfmCuts
    stages: list[StageRow]
    rhythm_days: float
    own_stages: list[Stage] = msgspec.field(default_factory=list)
    """Stages that the shop's own rules decide, not its rhythm."""
    cohorts: list[Cohort]
    second_order: SecondOrder
    lorenz: Lorenz
    slipping: Slipping
    channels: list[Channel]
    ltv_by_channel: dict[str, Money]
    cac: dict[str, Money]
    ltv_to_cac: dict[str, float]
    payback_months: dict[str, int | None]
    growth_points: list[GrowthPoint]
    growth_left_out: list[LeftOut]
    notes: list[Note]


class TrendPoint(msgspec.Struct, kw_only=True):
    """Some headline figures with `as_of` moved back, over the orders as they stand now.

    `as_of` (exclusive) is the first day of a month, or for the last point that of the run. What was given
    back later is off already: see docs/metrics.md.
    """

    as_of: date
    customers: int
    orders: int
    revenue: Money
    average_order_value: Money | None
    repeat_purchase_rate: float | None
    regulars_share: float | None
    retention_rate: float | None
    churn_rate: float | None
    new_customer_rate: float | None


class CustomerRow(msgspec.Struct, kw_only=True, frozen=True):
    """What is known of one customer, as of the run's day.

    Money is in minor units of `currency`, days are of the shop's calendar. `profile_id`: the oldest
    profile. `usual_gap_days`: the median of days between purchase days. `r`, `f`, `m` are scores from 1 to 5;
    they, `segment`, `stage`, the days and the average are None for those without orders.
    """

    person_id: int
    profile_id: int
    orders: int
    revenue_minor: int
    currency: str
    first_day: date | None
    last_day: date | None
    before_last_day: date | None
    purchase_days: int
    average_order_minor: int | None
    usual_gap_days: float | None
    r: int | None
    f: int | None
    m: int | None
    segment: Segment | None
    stage: Stage | None
    channel: str | None
    computed_at: datetime

    def position(self, sort: Sort) -> str:
        """Where this row stands in the list, for `customers_page(after=…)`."""
        value: date | int | None = {
            "last_day": self.last_day,
            "revenue": self.revenue_minor,
            "orders": self.orders,
            "first_day": self.first_day,
        }[sort]
        return f"{'' if value is None else value}_{self.person_id}"


class Run(msgspec.Struct, kw_only=True, frozen=True):
    """The last making of all figures. `as_of` is the first day that does not count, `audit_id` its audit.

    `charts`: drawings of the trend by language and name. `segments`, `stages`: how many customers are in
    each, as of this run. `own_stages`: as in `Audit`.
    """

    id: int
    audit_id: int
    made_at: datetime
    snapshot_at: datetime
    as_of: date
    timezone: str
    currency: str
    margin: Decimal | None
    window_days: int
    rhythm_days: float
    cuts: Cuts
    trend: list[TrendPoint]
    charts: dict[str, dict[str, str]]
    segments: dict[Segment, int]
    own_stages: list[Stage]
    stages: dict[Stage, int]
