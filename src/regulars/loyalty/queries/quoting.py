"""What a cart comes to, may be paid with, and would earn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from regulars.commerce import queries as commerce
from regulars.loyalty.queries.circumstances import earned_in
from regulars.loyalty.queries.earning import earned
from regulars.loyalty.queries.members import member_of_profile
from regulars.loyalty.queries.programme import shop_kept, shop_zone, version_at
from regulars.loyalty.queries.tiers import tier_of
from regulars.loyalty.rules import quoting
from regulars.loyalty.rules.conditions import conditions_of_rules
from regulars.loyalty.rules.earning import goes_by_days, names_goods, period_of
from regulars.loyalty.rules.lifetime import usable_from
from regulars.loyalty.rules.tiers import level, standing_of
from regulars.loyalty.rules.zones import known_zone
from regulars.loyalty.types import Programme
from regulars.loyalty.types.earned import NOTHING, Earned, EarningLine, EarningOrder
from regulars.loyalty.types.programme import AfterDelivery
from regulars.loyalty.types.tiers import Tier
from regulars.loyalty.types.till import Member, Quote, Usable
from regulars.offers import queries as offers
from regulars.offers.types import Cart, Standing
from regulars.segments import queries as segments


@dataclass(frozen=True, slots=True)
class _Who:
    """What the rules go by of a customer and a moment; `tier` is none of them for somebody unknown."""

    day: date
    tier: Tier | None = None
    fits: frozenset[str] = frozenset()
    room_minor: int | None = None


def quote(*, cart: Cart, profile_id: int | None, points_wanted: int | None, at: datetime) -> Quote:
    """The quote of a cart. Raises NoSuchMember."""
    member = None if profile_id is None else member_of_profile(profile_id, at=at)
    return quote_for(cart=cart, member=member, points_wanted=points_wanted, at=at)


def quote_for(
    *,
    cart: Cart,
    member: Member | None,
    points_wanted: int | None,
    at: datetime,
    coupons: Sequence[str] = (),
    masked: bool = False,
    branch_id: int | None = None,
    channel: str = "",
) -> Quote:
    """The same for somebody who was read already, with the codes they give. Changes nothing.

    `masked`: they were named by what anybody can say. The cart earns for them as it would, but nothing is
    taken off or paid that is theirs alone.
    """
    version = version_at(at)
    shown = None if masked else member
    programme = version.programme if version else Programme(running=False)
    who = _who(programme, member, at)
    tier = who.tier if shown and _counts(programme, cart.currency) else None
    applied = offers.apply(
        cart=cart,
        codes=coupons,
        profile_id=shown.profile_id if shown else None,
        at=at,
        standing=standing_of(tier),
    )

    def earn(pays: Sequence[int]) -> Earned:
        if version is None or not programme.running:
            return NOTHING
        order = EarningOrder(
            lines=_lines(cart, pays),
            currency=cart.currency,
            day=who.day,
            tier=who.tier.key if who.tier else "",
            fits=who.fits,
            branch=_branch(programme, branch_id),
            channel=channel,
            room_minor=who.room_minor,
        )
        return earned(programme, [order])[0]

    return quoting.quote(
        lines=[line.amount_minor for line in cart.lines],
        currency=cart.currency,
        version=version,
        member=shown,
        points_wanted=points_wanted,
        earn=earn,
        usable=_usable(programme, member, at, is_handed_over=branch_id is not None),
        offers=applied,
        tier=tier,
    )


def _usable(programme: Programme, member: Member | None, at: datetime, *, is_handed_over: bool) -> Usable:
    """From when what is ordered now earns points to spend; what a branch sells is delivered at once."""
    usable, shop = programme.usable, shop_kept()
    zone = _own_zone(member) or ZoneInfo(shop.timezone)
    return Usable(
        asked_at=at,
        at=usable_from(
            usable,
            earned_at=at,
            delivered_at=at if is_handed_over else None,
            zone=zone,
            return_window_days=shop.return_window_days,
        ),
        days_after_delivery=usable.days if isinstance(usable, AfterDelivery) else 0,
        zone=zone,
    )


def goes_by_goods(*, currency: str, coupons: Sequence[str], at: datetime) -> bool:
    """Whether a quote asks what the goods of a cart are called, and of which category and brand."""
    version = version_at(at)
    if version is not None and version.programme.running and names_goods(version.programme):
        return True
    return bool(coupons) or offers.any_by_itself(currency, at)


def standing_discount(*, member: Member | None, currency: str, at: datetime) -> Standing | None:
    """What somebody's tier takes off a cart in that currency beside offers, as a quote has it."""
    version = version_at(at)
    if member is None or version is None or not _counts(version.programme, currency):
        return None
    return standing_of(_tier(version.programme, member, at))


def _counts(programme: Programme, currency: str) -> bool:
    """Whether the discounts of tiers count for carts in that currency."""
    return programme.running and programme.currency in ("", currency)


def _who(programme: Programme, member: Member | None, at: datetime) -> _Who:
    """Who the customer is one moment before the order; asks for no more than the programme goes by."""
    if not programme.running:
        return _Who(at.date())
    day = _day(programme, member, at)
    if member is None:
        return _Who(day)
    fits: set[str] = set()
    if conditions := conditions_of_rules(programme):
        asked = [segments.Asked(0, member.person_id, at)]
        fits = {key for key, some in segments.fits(conditions=conditions, asked=asked).items() if some}
    room = None
    if programme.caps.period_minor is not None:
        first, last = period_of(day, programme.caps.period)
        have = earned_in([(0, member.profile_id, first, last)])
        room = max(0, programme.caps.period_minor - have.get(0, 0))
    return _Who(day, _tier(programme, member, at), frozenset(fits), room)


def _tier(programme: Programme, member: Member, at: datetime) -> Tier | None:
    return level(programme.tiers, tier_of(member, at=at).tier) if programme.tiers else None


def _day(programme: Programme, member: Member | None, at: datetime) -> date:
    """By the customer's calendar, where the programme goes by days."""
    if not goes_by_days(programme):
        return at.astimezone(UTC).date()
    return at.astimezone(zone_of(member)).date()


def zone_of(member: Member | None) -> ZoneInfo:
    """By whose calendar it goes: the customer's, else the shop's."""
    return _own_zone(member) or shop_zone()


def _own_zone(member: Member | None) -> ZoneInfo | None:
    return known_zone(member.timezone) if member is not None and member.timezone else None


def _lines(cart: Cart, pays: Sequence[int]) -> tuple[EarningLine, ...]:
    return tuple(
        EarningLine(
            amount_minor=amount,
            pieces=int(line.quantity),
            product=line.product,
            category=line.category,
            brand=line.brand,
        )
        for line, amount in zip(cart.lines, pays, strict=True)
    )


def _branch(programme: Programme, branch_id: int | None) -> str:
    """What the branch is called, where a rule asks for it."""
    if branch_id is None or not any(rule.when.branches for rule in programme.rules):
        return ""
    return commerce.branch_names([branch_id]).get(branch_id, "")
