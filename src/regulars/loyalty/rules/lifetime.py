"""From when to when points can be spent, by the calendar of the customer's zone. Pure."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from regulars.loyalty.types.programme import (
    AfterDays,
    AfterDelivery,
    AfterReturnWindow,
    AtOnce,
    Expiry,
    Lifetime,
    Never,
    OnDay,
    Programme,
    Usable,
    WithoutPurchase,
)


def lifetime(
    programme: Programme,
    *,
    earned_at: datetime,
    delivered_at: datetime | None,
    zone: ZoneInfo,
    return_window_days: int,
) -> Lifetime:
    """From when to when points that were earned at a moment can be spent.

    Days are whole days of `zone`, the first the one after that of the order or the delivery; so whoever may
    return something until the 15th has the points of it from the first moment of the 16th. Nothing expires
    before it could be spent for a day. What waits for a delivery has no end yet, unless it depends on
    purchases. Raises ValueError for a moment without a zone.
    """
    for moment in (earned_at, delivered_at):
        if moment is not None and moment.tzinfo is None:
            raise ValueError("a moment without a time zone is in nobody's calendar")
    usable_at = usable_from(
        programme.usable,
        earned_at=earned_at,
        delivered_at=delivered_at,
        zone=zone,
        return_window_days=return_window_days,
    )
    last_day = _last_day(programme.expiry, earned_at, usable_at, zone)
    expires_at = None if last_day is None else after(last_day, zone)
    return Lifetime(usable_at=usable_at, expires_at=expires_at, last_day=last_day)


def given_lifetime(
    programme: Programme, *, at: datetime, zone: ZoneInfo
) -> tuple[datetime | None, int | None]:
    """The end of points that are given at a moment and usable at once, where they last as those earned then;
    and the days by which each purchase makes them last anew."""
    terms = programme.model_copy(update={"usable": AtOnce()})
    lasts = lifetime(terms, earned_at=at, delivered_at=None, zone=zone, return_window_days=0)
    return lasts.expires_at, sliding_days(terms)


def sliding_days(programme: Programme) -> int | None:
    """So many days after a purchase points last, where each purchase makes them last anew."""
    return programme.expiry.days if isinstance(programme.expiry, WithoutPurchase) else None


def lasting(*, since: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The end, exclusive, of so many whole days after the day of a moment: of points given anew, or of
    sliding ones after a purchase."""
    return after(_day(since, zone) + timedelta(days=days), zone)


def after(day: date, zone: ZoneInfo) -> datetime:
    """The first moment after a day of the zone's calendar, in UTC.

    Where midnight comes twice, the first; where the clocks skip it, the moment at which they do.
    """
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=zone).astimezone(UTC)


def usable_from(
    usable: Usable,
    *,
    earned_at: datetime,
    delivered_at: datetime | None,
    zone: ZoneInfo,
    return_window_days: int,
) -> datetime | None:
    """From when points that were earned at a moment can be spent; None: that waits for the delivery."""
    match usable:
        case AtOnce():
            return earned_at
        case AfterReturnWindow():
            days = return_window_days if usable.days is None else usable.days
            return _when_passed(earned_at, days, zone)
        case AfterDelivery():
            return None if delivered_at is None else _when_passed(delivered_at, usable.days, zone)
        case _:
            assert_never(usable)


def _when_passed(since: datetime, days: int, zone: ZoneInfo) -> datetime:
    return lasting(since=since, days=days, zone=zone) if days else since


def _last_day(expiry: Expiry, earned_at: datetime, usable_at: datetime | None, zone: ZoneInfo) -> date | None:
    usable_on = None if usable_at is None else _day(usable_at, zone)
    match expiry:
        case Never():
            return None
        case WithoutPurchase():
            last = _day(earned_at, zone) + timedelta(days=expiry.days)
            return max(last, usable_on) if usable_on else last
        case AfterDays():
            return usable_on and usable_on + timedelta(days=expiry.days)
        case OnDay():
            return usable_on and _day_of_year(expiry, _day(earned_at, zone).year, usable_on)
        case _:
            assert_never(expiry)


def _day_of_year(expiry: OnDay, earned_in: int, usable_on: date) -> date:
    """The day it is to end on, or the same of a later year where it cannot be spent before."""
    for year in (earned_in + expiry.years, usable_on.year, usable_on.year + 1):
        length = calendar.monthrange(year, expiry.month)[1]
        if (last := date(year, expiry.month, min(expiry.day, length))) >= usable_on:
            return last
    raise AssertionError("a day of next year is later than any of this one")


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()
