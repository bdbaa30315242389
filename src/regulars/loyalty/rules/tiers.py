"""What somebody's measure asks for, and over which days it is taken. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from regulars.loyalty.rules.lifetime import after
from regulars.loyalty.types.tiers import Span, Tier, Tiers

ROLLING_DAYS = 365
"""A rolling year: so many days, today the last of them."""
YEARS_COUNTED = 2
"""A calendar year: this one and the one before."""
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)


def counted_from(span: Span, *, now: datetime, zone: ZoneInfo) -> datetime:
    """The first moment from which on what somebody did counts, by the calendar of their zone."""
    today = now.astimezone(zone).date()
    match span:
        case "rolling_year":
            return after(today - timedelta(days=ROLLING_DAYS), zone)
        case "calendar_year":
            return after(date(today.year - YEARS_COUNTED, 12, 31), zone)
        case "ever":
            return _FIRST


def kept_until(grace_days: int, *, now: datetime, zone: ZoneInfo) -> datetime:
    """The first moment at which who falls short now has the tier no more."""
    return after(now.astimezone(zone).date() + timedelta(days=grace_days), zone)


def fitting(tiers: Tiers, measured_minor: int) -> Tier | None:
    """The highest tier that so much reaches."""
    return next((tier for tier in reversed(tiers.levels) if tier.from_minor <= measured_minor), None)


def following(tiers: Tiers, key: str) -> Tier | None:
    """The tier above the one of that key (empty or unknown: the lowest); None above the highest."""
    at = next((number for number, tier in enumerate(tiers.levels) if tier.key == key), -1)
    return tiers.levels[at + 1] if at + 1 < len(tiers.levels) else None


def highest(tiers: Tiers, keys: Collection[str]) -> str:
    """Of the tiers of these keys the key of the highest; empty: none of them is a tier."""
    return next((tier.key for tier in reversed(tiers.levels) if tier.key in keys), "")


def level(tiers: Tiers | None, key: str) -> Tier | None:
    """The tier of that key."""
    return next((tier for tier in tiers.levels if tier.key == key), None) if tiers else None
