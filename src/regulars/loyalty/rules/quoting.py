"""A cart at the till: what is taken off it, what may be paid with points, what is earned then.

In this order: offers; the standing discount of the customer's tier off each line, of what is left; points;
and what is left to be paid in money earns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from regulars.loyalty.rules.earning import discount_minor, payable_minor
from regulars.loyalty.types import MINOR, Programme, Version
from regulars.loyalty.types.earned import Earned
from regulars.loyalty.types.tiers import Tier
from regulars.loyalty.types.till import Member, Quote, QuotedLine
from regulars.offers.types import Applied, CouponRefusal

Earn = Callable[[Sequence[int]], Earned]
"""What is earned where so much is paid in money for each line."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What is taken off before points: by offers, and by the tier off each line."""

    offers: Applied
    of_offers: Sequence[int]
    of_tier: Sequence[int]


def cut(lines: Sequence[int], offers: Applied, percent: Decimal | None) -> Cut:
    """What offers and a standing discount of so many percent take off lines.

    Where an offer does not go with such a discount, whichever takes off more counts, of equals the offers;
    the codes of offers that give way are refused.
    """
    of_offers = [offers.of_line(place) for place in range(len(lines))]
    nothing = [0] * len(lines)
    if percent is None or offers.with_tier:
        left = [amount - off for amount, off in zip(lines, of_offers, strict=True)]
        return Cut(offers, of_offers, _share(left, percent) if percent else nothing)
    of_tier = _share(lines, percent)
    if sum(of_offers) >= sum(of_tier):
        return Cut(offers, of_offers, nothing)
    codes = {one.code: CouponRefusal.NOT_TOGETHER for one in offers.discounts if one.code}
    return Cut(Applied(refused={**offers.refused, **codes}), nothing, of_tier)


def quote(
    *,
    lines: Sequence[int],
    currency: str,
    version: Version | None,
    member: Member | None,
    points_wanted: int | None,
    earn: Earn,
    offers: Applied | None = None,
    tier: Tier | None = None,
) -> Quote:
    """The quote of a cart whose lines come to `lines` in money before any discount.

    `points_wanted` None: none are spent. More than may be spent becomes what may; fewer than the programme
    takes at once become none. `tier`: whose standing discount counts.
    """
    off = cut(lines, offers or Applied(), tier.brings.discount_percent if tier else None)
    left = [a - b - c for a, b, c in zip(lines, off.of_offers, off.of_tier, strict=True)]
    wanted = max(0, points_wanted or 0)
    most = payable = points = discount = 0
    needed = False
    if version is not None and version.programme.running and off.offers.may_pay_with_points:
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
        factor_needed=needed,
        lines=tuple(QuotedLine(*line) for line in zip(pays, shares, off.of_offers, off.of_tier, strict=True)),
        offers=off.offers,
        tier=tier,
        shares=earned.shares,
    )


def needs_factor(points_minor: int, above_minor: int | None) -> bool:
    """Whether so much is spent only with the customer's QR or a code."""
    return above_minor is not None and points_minor > above_minor


def spread(discount: int, lines: Sequence[int]) -> list[int]:
    """A discount over lines by what they cost: whole minor units, to the last one, none below zero.

    What rounding leaves over goes to those who lost most by it, the first of equals first.
    """
    total = sum(lines)
    if discount <= 0 or total <= 0:
        return [0] * len(lines)
    taken = min(discount, total)
    shares = [amount * taken // total for amount in lines]
    lost = sorted(range(len(lines)), key=lambda place: (-(lines[place] * taken % total), place))
    for place in lost[: taken - sum(shares)]:
        shares[place] += 1
    return shares


def _share(lines: Sequence[int], percent: Decimal) -> list[int]:
    """So much of each, rounded down."""
    hundredths = int(percent * 100)
    return [amount * hundredths // 10_000 for amount in lines]


_ANY = 2**62
"""More points than anybody has."""


def _spent(wanted: int, payable: int, programme: Programme) -> int:
    points = min(wanted, payable)
    if programme.whole_points:
        points -= points % MINOR
    return points if points >= programme.spend_from_minor else 0
