"""What somebody's measure asks for, and over which days it is taken. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from regulars.loyalty.rules.lifetime import after
from regulars.loyalty.types.tiers import Span, Tier, Tiers
from regulars.offers.types import OffAmount, OffPercent, Standing

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


def standing_of(tier: Tier | None) -> Standing | None:
    """The discount somebody with this tier has at the till, as offers reckon it."""
    if tier is None:
        return None
    if tier.brings.discount_percent:
        return Standing(OffPercent(percent=tier.brings.discount_percent))
    if (off := tier.brings.discount_sum) is not None:
        return Standing(OffAmount(amount_minor=off.amount_minor), off.total_from_minor)
    return None


def missing_to_discount(tier: Tier, total_minor: int) -> int:
    """By how much a cart of that total, before any discount, is too small for the sum the tier takes off."""
    off = tier.brings.discount_sum
    return max(0, off.total_from_minor - total_minor) if off else 0
