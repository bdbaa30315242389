"""What a programme would have cost over the last twelve months: a replay over real orders.

Money is minor units of the programme's currency, points are minor units of points, days are the shop's.
What people would have done otherwise because of the programme, a replay does not know.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import msgspec

from regulars.loyalty.types.programme import Programme

TOP = 10
"""Of those who would have got most, so many are named."""


class YearState(StrEnum):
    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"


class Note(StrEnum):
    """What a part of the replay does not say exactly, or at all."""

    PEOPLE_TODAY = "people_today"
    """Who fits a condition is asked as people are today."""
    PERIOD_CAP = "period_cap"
    """A limit for a period is taken off the orders that came last in it, in whole points."""
    TIER_BY_POINTS = "tier_by_points"
    """Points that decide a tier are counted without the factors and rates of tiers."""
    ROLLING_DAYS = "rolling_days"
    """"The last so many days" are counted in spans of so many days that follow each other."""
    COUPONS = "coupons"
    """A coupon costs what it would have taken off the next order that it fits, while it lasts."""
    NOT_EVENTS = "not_events"
    """Not replayed: what counts are events, which nobody was asked for then."""
    NOT_REFERRALS = "not_referrals"
    """Not replayed: nobody knows who would have brought whom."""


class Brought(msgspec.Struct, kw_only=True, frozen=True):
    """What came of something. `expected_minor`: of what it is worth, as much as is expected to be used."""

    people: int = 0
    orders: int = 0
    """Those that brought something."""
    points_minor: int = 0
    money_minor: int = 0
    """What the points are worth, discounts, and what gifts cost, together."""
    expected_minor: int = 0


class OfPart(msgspec.Struct, kw_only=True, frozen=True):
    """What a part of the programme brought; `mechanic` and `part` as in `types.grants`."""

    mechanic: str
    part: str
    name: str
    brought: Brought
    notes: list[Note] = []


class OfTier(msgspec.Struct, kw_only=True, frozen=True):
    """Orders of those who had this tier when they ordered; `key` empty: none yet."""

    key: str
    name: str
    revenue_minor: int
    ordered: int
    """How many people ordered while they had it."""
    brought: Brought


class OfMonth(msgspec.Struct, kw_only=True, frozen=True):
    month: date
    """Its first day; of the first and the last month of the year only a part counts."""
    revenue_minor: int
    brought: Brought


class OfPerson(msgspec.Struct, kw_only=True, frozen=True):
    person_id: int
    orders: int
    revenue_minor: int
    points_minor: int
    money_minor: int
    tier: str
    """The key of the one at their last order; empty: none."""


class YearResult(msgspec.Struct, kw_only=True, frozen=True):
    """The replay. `spent_share`: of points given, as many are expected to be spent, by this shop's own
    history; None: too little of it, all are counted."""

    first: date
    last: date
    currency: str
    orders: int
    """In the programme's currency, of customers somebody knows, with something left after returns."""
    people: int
    revenue_minor: int
    spent_share: float | None
    total: Brought
    parts: list[OfPart]
    tiers: list[OfTier]
    months: list[OfMonth]
    most: list[OfPerson]
    notes: list[Note]
    last_order: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """A replay that was asked for. `share`: how much of the work is done, 0 to 1."""

    id: int
    state: YearState
    programme: Programme
    asked_at: datetime
    finished_at: datetime | None
    share: float
    result: YearResult | None
    error: str
    is_newest: bool
    """No order came since."""
