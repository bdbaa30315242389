"""What a cart would earn, and what of it may be paid with points."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Annotated

from django.http import HttpResponse
from django.utils import translation
from pydantic import Field

from regulars.analytics.wording.numbers import Formats
from regulars.api.rest.call import Call, answer
from regulars.api.rest.fields import Currency, Id, Shown, Told, Whole, sample
from regulars.api.rest.languages import language_of
from regulars.api.rest.loyalty_refs import CustomerRef, Named, named
from regulars.api.rest.offers_carts import (
    CouponsTold,
    DiscountShown,
    RefusedCouponShown,
    cart_of,
    discounts_shown,
    note_guesses,
    refused_shown,
)
from regulars.api.rest.offers_limits import ask_for_codes
from regulars.api.rest.orders import LINES_MAX, LineTold
from regulars.api.rest.routes import Routes
from regulars.commerce import queries as commerce
from regulars.customers.types import SHOP
from regulars.loyalty import queries
from regulars.loyalty.rules.refs import masked_name
from regulars.loyalty.types.till import Member, Quote
from regulars.loyalty.wording.coming import pending_points
from regulars.loyalty.wording.quoting import Brought, QuoteSentences, brought, sentences, tier_sentence
from regulars.team.types import Scope

__all__ = ["POINTS_MAX", "BalanceShown", "MemberShown", "language_of", "member_shown", "routes"]

POINTS_MAX = 10**12
Points = Annotated[int, Field(ge=0, le=POINTS_MAX, examples=[30000]), Whole]
"""Minor units of points, a hundred to a point."""

routes = Routes("Loyalty")


class CartTold(Told):
    """A cart, as the order would be told of it before any points."""

    model_config = sample(
        customer="card:2000123",
        currency="RUB",
        lines=[{"product_id": "TEA-1", "name": "Green tea", "quantity": 2, "amount_minor": 149000}],
        points_minor=30000,
        coupons=["SPRING"],
    )

    customer: CustomerRef | None = None
    """Null: not known (yet)."""
    currency: Currency
    lines: Annotated[list[LineTold], Field(min_length=1, max_length=LINES_MAX)]
    points_minor: Points | None = None
    """How many points are to be spent; null: none. Of more than may be spent, what may."""
    coupons: CouponsTold = Field(default_factory=list)
    channel: Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    """By which way the customer came, as the order will tell; some rules go by it."""
    branch_id: Id | None = None
    """The shop's own id of the branch, as the order will tell. A till's key says it itself."""


class BalanceShown(Shown):
    """What somebody has, in minor units of points (a hundred to a point)."""

    spendable_minor: int
    pending_minor: int
    """Earned, not to be spent yet."""
    comes_minor: int
    """How many of these can be spent next."""
    comes_at: datetime | None
    """From when; null: nothing is pending, or it waits for a delivery."""
    pending_sentence: str
    """What is pending and from when it can be spent, by the customer's calendar, in the language of
    `Accept-Language` (ru or en); empty for nothing."""
    held_minor: int
    """Set aside for orders that are being paid."""
    owed_minor: int
    """Taken off what is earned next."""
    expires_minor: int
    """How many expire next."""
    expires_at: datetime | None
    """When they do: the first moment at which they cannot be spent; null: none expires."""


class MemberShown(Shown):
    """A customer at the till."""

    id: str | None
    """The shop's own id; null for who was named by a phone."""
    name: str
    """Of who was named by a phone the first name alone, and the beginning of the next."""
    masked: bool
    """They were named by a phone, which anybody can say: so little is told."""
    has_points: bool
    balance: BalanceShown | None
    """Null for who was named by a phone."""


class QuotedLineShown(Shown):
    """A line as the order is to tell of it."""

    amount_minor: int
    """To be paid in money."""
    discount_minor: int
    """Paid with points."""
    offers_minor: int
    """Taken off by offers, before that."""
    tier_minor: int
    """Taken off by the customer's status, after offers."""


class QuotedTierShown(Shown):
    """The customer's status."""

    key: str
    name: str
    amount_minor: int
    """What its standing discount takes off this cart."""
    free_delivery: bool
    sentence: str
    """Of the discount, or what is missing to it, free delivery and priority service; else empty."""


class BringsShown(Shown):
    """What a part of the programme brings of what the order earns."""

    mechanic: str
    """`cashback`, `rule` or `tier`."""
    key: str
    """Of the rule or the status; empty for the basic cashback."""
    name: str
    points_minor: int
    sentence: str


class SentencesShown(Shown):
    """For the customer's eyes, in the language of `Accept-Language` (ru or en)."""

    earns: str
    may_spend: str
    discount: str


class QuoteShown(Shown):
    """What a cart would earn and may be paid with; nothing was changed by asking."""

    customer: MemberShown | None
    currency: str
    total_minor: int
    """Before any discount."""
    discounts: list[DiscountShown]
    """What offers take off."""
    refused_coupons: list[RefusedCouponShown]
    tier: QuotedTierShown | None
    """Null where the programme has no such, or the customer has none or was named by a phone."""
    with_points: bool
    """Whether the offers that apply let the rest be paid with points."""
    payable_minor: int
    """How many points may be spent on it."""
    points_minor: int
    """How many of them the quote spends."""
    discount_minor: int
    """What the points take off."""
    pays_minor: int
    """What is left to be paid in money."""
    earns_minor: int
    """How many points the order then earns."""
    earns_usable_at: datetime | None
    """From when they can be spent, if it is ordered now; null: there are none, or they wait for delivery."""
    earns_after_delivery_days: int | None
    """They can be spent so many full days after the delivery; null: they do not wait for one."""
    brings: list[BringsShown]
    """What of it comes from where."""
    factor_needed: bool
    """Spending so many asks for the customer's QR or a code."""
    lines: list[QuotedLineShown]
    """In the order of the cart."""
    sentences: SentencesShown


@routes.read("/loyalty/quote", Scope.LOYALTY_READ, QuoteShown, method="POST", refuses=True)
def quote_cart(request: Call, body: CartTold) -> HttpResponse:
    """Quote a cart.

    What offers and the customer's status take off, how much may be paid with points, what that takes off
    each line, and what the order would earn then. Changes nothing; coupons are set aside by
    `POST /offers/uses`. Who is named by a phone learns what the cart earns, and no balance; what is theirs
    alone takes nothing off.
    """
    who = None if body.customer is None else named(request, body.customer)
    member = who.member if who else None
    shown = None if who is None or who.masked else who.member
    if body.coupons:
        ask_for_codes(request.key, shown.person_id if shown else None, body.coupons)
    by_goods = queries.goes_by_goods(currency=body.currency, coupons=body.coupons, at=request.now)
    quoted = queries.quote_for(
        cart=cart_of(body.currency, body.lines, by_goods=by_goods),
        member=member,
        points_wanted=body.points_minor,
        at=request.now,
        coupons=body.coupons,
        masked=who is not None and who.masked,
        branch_id=_branch(request, body.branch_id),
        channel=body.channel,
    )
    note_guesses(request, shown, quoted.offers.refused)
    return answer(_shown(request, quoted, who))


def _branch(call: Call, told: str | None) -> int | None:
    if call.key.branch_id is not None or told is None:
        return call.key.branch_id
    return commerce.branch_ids([(SHOP, told)]).get((SHOP, told))


def member_shown(call: Call, who: Named) -> MemberShown:
    """A customer as the till may see them."""
    member, balance, coming = who.member, who.member.balance, who.member.coming
    return MemberShown(
        id=None if who.masked else member.shop_id or None,
        name=masked_name(member.name) if who.masked else member.name,
        masked=who.masked,
        has_points=balance.spendable_minor > 0,
        balance=None
        if who.masked
        else BalanceShown(
            spendable_minor=balance.spendable_minor,
            pending_minor=balance.pending_minor,
            comes_minor=coming.points_minor if coming else 0,
            comes_at=coming.at if coming else None,
            pending_sentence=_pending(call, member),
            held_minor=balance.held_minor,
            owed_minor=balance.owed_minor,
            expires_minor=balance.soonest_minor,
            expires_at=balance.soonest_at,
        ),
    )


def _pending(call: Call, member: Member) -> str:
    if not member.balance.pending_minor:
        return ""
    language = language_of(call)
    with translation.override(language):
        zone = queries.zone_of(member)
        return pending_points(member, zone=zone, now=call.now, formats=_formats(language))


@cache
def _formats(language: str) -> Formats:
    """Made once: they are asked for with every cart."""
    return Formats(language)


def _shown(call: Call, quoted: Quote, who: Named | None) -> QuoteShown:
    language, usable = language_of(call), quoted.usable
    waits = bool(quoted.earns_minor) and usable.at is None
    with translation.override(language):
        told = sentences(quoted, language=language, masked=who is not None and who.masked)
        tier = _tier(quoted, language)
        brings = [_brings(one) for one in brought(quoted, language=language)]
    return QuoteShown(
        customer=None if who is None else member_shown(call, who),
        currency=quoted.currency,
        total_minor=quoted.total_minor,
        discounts=discounts_shown(call, quoted.offers, quoted.currency),
        refused_coupons=refused_shown(call, quoted.offers, quoted.currency),
        tier=tier,
        with_points=quoted.offers.may_pay_with_points,
        payable_minor=quoted.payable_minor,
        points_minor=quoted.points_minor,
        discount_minor=quoted.discount_minor,
        pays_minor=quoted.pays_minor,
        earns_minor=quoted.earns_minor,
        earns_usable_at=usable.at if quoted.earns_minor else None,
        earns_after_delivery_days=usable.days_after_delivery if waits else None,
        brings=brings,
        factor_needed=quoted.factor_needed,
        lines=[
            QuotedLineShown(
                amount_minor=line.amount_minor,
                discount_minor=line.discount_minor,
                offers_minor=line.offers_minor,
                tier_minor=line.tier_minor,
            )
            for line in quoted.lines
        ],
        sentences=_sentences(told),
    )


def _tier(quoted: Quote, language: str) -> QuotedTierShown | None:
    if quoted.tier is None:
        return None
    return QuotedTierShown(
        key=quoted.tier.key,
        name=quoted.tier.name,
        amount_minor=quoted.tier_minor,
        free_delivery=quoted.tier.brings.free_delivery,
        sentence=tier_sentence(quoted, language=language),
    )


def _brings(one: Brought) -> BringsShown:
    return BringsShown(
        mechanic=one.mechanic,
        key=one.key,
        name=one.name,
        points_minor=one.points_minor,
        sentence=one.sentence,
    )


def _sentences(told: QuoteSentences) -> SentencesShown:
    return SentencesShown(earns=told.earns, may_spend=told.may_spend, discount=told.discount)
