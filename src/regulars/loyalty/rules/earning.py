"""What the basic cashback brings, what may be paid with points, and what the rules go by.

Whole minor units everywhere.
"""

from __future__ import annotations

from datetime import date, timedelta

from regulars.loyalty.types import MINOR, Programme
from regulars.loyalty.types.benefits import Benefit, PointsGiven
from regulars.loyalty.types.earning import Period, Times

_BASIS = 10_000
"""Hundredths of a percent in a whole."""


def earned_minor(*, paid_minor: int, currency: str, programme: Programme) -> int:
    """What the basic cashback alone brings in minor units of points: for what was paid in money for one
    order, less what was given back of it. What an order earns by all rules is asked of `queries.earned`.

    Rounded down once, for the whole order: to a minor unit, or to a whole point where the programme says so.
    0 while the programme does not run, and for money it does not know.
    """
    if not programme.running or not _counts(currency, programme):
        return 0
    share = max(0, paid_minor) * int(programme.cashback_percent * 100)
    earned = share * MINOR // (_BASIS * programme.worth_minor)
    return earned - earned % MINOR if programme.whole_points else earned


def payable_minor(
    *, total_minor: int, programme: Programme, spendable_minor: int, currency: str | None = None
) -> int:
    """How many points (minor units) may be spent on a cart of that total, by somebody who has so many.

    Never more than the share of the order the programme allows, rounded down so that the discount does not
    exceed it; 0 where that is fewer than the programme takes at once.
    """
    if not programme.running or (currency is not None and not _counts(currency, programme)):
        return 0
    allowed = max(0, total_minor) * int(programme.spend_percent * 100)
    payable = min(allowed * MINOR // (_BASIS * programme.worth_minor), max(0, spendable_minor))
    if programme.whole_points:
        payable -= payable % MINOR
    return payable if payable >= programme.spend_from_minor else 0


def discount_minor(points_minor: int, programme: Programme) -> int:
    """The money (minor units) that so many points take off an order, rounded down."""
    return points_minor * programme.worth_minor // MINOR


def _counts(currency: str, programme: Programme) -> bool:
    return currency == programme.currency or not programme.currency


def brings_points(programme: Programme) -> bool:
    """Whether there are points at all; a stamp card or a discount card does without."""
    given: list[Benefit] = [challenge.benefit for challenge in programme.challenges]
    given += [day.benefit for day in programme.personal_days]
    if programme.referral is not None:
        given += [programme.referral.referrer, programme.referral.friend]
    levels = programme.tiers.levels if programme.tiers else ()
    return (
        bool(programme.cashback_percent)
        or bool(programme.rules)
        or any(tier.brings.cashback_percent for tier in levels)
        or any(isinstance(benefit, PointsGiven) for benefit in given)
    )


def goes_by_lines(programme: Programme) -> bool:
    """Whether what an order earns depends on its lines, and not on what they come to alone."""
    return any(not isinstance(rule.gives, Times) for rule in programme.rules)


def names_goods(programme: Programme) -> bool:
    """Whether a rule is for some goods only."""
    return any(not rule.goods.is_all for rule in programme.rules)


def goes_by_customers(programme: Programme) -> bool:
    """Whether what an order earns depends on what its customer did before."""
    of_rules = any(rule.when.who is not None for rule in programme.rules)
    return of_rules or programme.tiers is not None or programme.caps.period_minor is not None


def goes_by_days(programme: Programme) -> bool:
    """Whether it matters on which day something is ordered."""
    by_rules = any(rule.when.weekdays or rule.when.first or rule.when.last for rule in programme.rules)
    return by_rules or programme.caps.period_minor is not None


def period_of(day: date, period: Period) -> tuple[date, date]:
    """The first and the last day of the period a day is in."""
    match period:
        case "day":
            return day, day
        case "week":
            first = day - timedelta(days=day.isoweekday() - 1)
            return first, first + timedelta(days=6)
        case "month":
            first = day.replace(day=1)
            return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        case "year":
            return day.replace(month=1, day=1), day.replace(month=12, day=31)
