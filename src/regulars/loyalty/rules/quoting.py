"""A cart in points: what may be paid with them, what that takes off each line, what is earned then."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.loyalty.rules.earning import discount_minor, earned_minor, payable_minor
from regulars.loyalty.types import MINOR, Programme, Version
from regulars.loyalty.types.till import Member, Quote, QuotedLine


def quote(
    *,
    lines: Sequence[int],
    currency: str,
    version: Version | None,
    member: Member | None,
    points_wanted: int | None,
) -> Quote:
    """The quote of a cart whose lines come to `lines` in money.

    `points_wanted` None: none are spent. More than may be spent becomes what may; fewer than the programme
    takes at once become none.
    """
    total = sum(lines)
    wanted = max(0, points_wanted or 0)
    most = payable = points = discount = earns = 0
    needed = False
    if version is not None and version.programme.running:
        programme = version.programme

        def may_pay(spendable_minor: int) -> int:
            return payable_minor(
                total_minor=total, programme=programme, spendable_minor=spendable_minor, currency=currency
            )

        most = may_pay(_ANY)
        payable = may_pay(member.balance.spendable_minor) if member else 0
        points = _spent(wanted, payable, programme)
        discount = discount_minor(points, programme)
        earns = earned_minor(paid_minor=total - discount, currency=currency, programme=programme)
        needed = needs_factor(points, programme.factor_above_minor)
    shares = spread(discount, lines)
    return Quote(
        version=version,
        currency=currency,
        total_minor=total,
        member=member,
        wanted_minor=wanted,
        most_minor=most,
        payable_minor=payable,
        points_minor=points,
        discount_minor=discount,
        pays_minor=total - discount,
        earns_minor=earns,
        factor_needed=needed,
        lines=tuple(QuotedLine(amount - share, share) for amount, share in zip(lines, shares, strict=True)),
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


_ANY = 2**62
"""More points than anybody has."""


def _spent(wanted: int, payable: int, programme: Programme) -> int:
    points = min(wanted, payable)
    if programme.whole_points:
        points -= points % MINOR
    return points if points >= programme.spend_from_minor else 0
