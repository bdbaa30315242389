"""A cart at the till: what is taken off it, what may be paid with points, what is earned then.

In this order: offers; the standing discount of the customer's tier off each line, of what is left; points;
and what is left to be paid in money earns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from regulars.kit.shares import spread
from regulars.loyalty.rules.earning import discount_minor, payable_minor
from regulars.loyalty.types import MINOR, Programme, Version
from regulars.loyalty.types.earned import Earned
from regulars.loyalty.types.tiers import Tier
from regulars.loyalty.types.till import Member, Quote, QuotedLine, Usable
from regulars.offers.types import Applied

Earn = Callable[[Sequence[int]], Earned]
"""What is earned where so much is paid in money for each line."""


def quote(
    *,
    lines: Sequence[int],
    currency: str,
    version: Version | None,
    member: Member | None,
    points_wanted: int | None,
    earn: Earn,
    usable: Usable,
    offers: Applied | None = None,
    tier: Tier | None = None,
) -> Quote:
    """The quote of a cart whose lines come to `lines` in money before any discount.

    `points_wanted` None: none are spent. More than may be spent becomes what may; fewer than the programme
    takes at once become none. `offers`: with what the standing discount of the tier takes off. `usable`: from
    when what it earns can be spent.
    """
    off = offers or Applied()
    of_offers = [off.of_line(place) for place in range(len(lines))]
    of_tier = off.standing or [0] * len(lines)
    left = [a - b - c for a, b, c in zip(lines, of_offers, of_tier, strict=True)]
    wanted = max(0, points_wanted or 0)
    most = payable = points = discount = 0
    needed = False
    if version is not None and version.programme.running and off.may_pay_with_points:
        programme = version.programme

        def may_pay(spendable_minor: int) -> int:
            return payable_minor(
                total_minor=sum(left), programme=programme, spendable_minor=spendable_minor, currency=currency
            )

        most = may_pay(_ANY)
        payable = may_pay(member.balance.spendable_minor) if member else 0
        points = _spent(wanted, payable, programme)
        discount = discount_minor(points, programme)
        needed = needs_factor(points, programme.factor_above_minor)
    shares = spread(discount, left)
    pays = [amount - share for amount, share in zip(left, shares, strict=True)]
    earned = earn(pays)
    return Quote(
        version=version,
        currency=currency,
        total_minor=sum(lines),
        member=member,
        wanted_minor=wanted,
        most_minor=most,
        payable_minor=payable,
        points_minor=points,
        discount_minor=discount,
        pays_minor=sum(pays),
        earns_minor=earned.total_minor,
        usable=usable,
        factor_needed=needed,
        lines=tuple(QuotedLine(*line) for line in zip(pays, shares, of_offers, of_tier, strict=True)),
        offers=off,
        tier=tier,
        shares=earned.shares,
    )


def needs_factor(points_minor: int, above_minor: int | None) -> bool:
    """Whether so much is spent only with the customer's QR or a code."""
    return above_minor is not None and points_minor > above_minor


_ANY = 2**62
"""More points than anybody has."""


def _spent(wanted: int, payable: int, programme: Programme) -> int:
    points = min(wanted, payable)
    if programme.whole_points:
        points -= points % MINOR
    return points if points >= programme.spend_from_minor else 0
