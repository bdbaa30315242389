"""What a cart would earn, and what of it may be paid with points."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from django.utils import translation
from pydantic import Field

from regulars.api.rest.call import Call, answer
from regulars.api.rest.fields import Currency, Shown, Told, Whole, sample
from regulars.api.rest.loyalty_refs import CustomerRef, Named, named
from regulars.api.rest.orders import LINES_MAX, LineTold
from regulars.api.rest.routes import Routes
from regulars.loyalty import queries
from regulars.loyalty.rules.refs import masked_name
from regulars.loyalty.types.till import Quote
from regulars.loyalty.wording.quoting import QuoteSentences, sentences
from regulars.team.types import Scope

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
    )

    customer: CustomerRef | None = None
    """Null: not known (yet)."""
    currency: Currency
    lines: Annotated[list[LineTold], Field(min_length=1, max_length=LINES_MAX)]
    points_minor: Points | None = None
    """How many points are to be spent; null: none. Of more than may be spent, what may."""


class BalanceShown(Shown):
    """What somebody has, in minor units of points (a hundred to a point)."""

    spendable_minor: int
    pending_minor: int
    """Earned, not to be spent yet."""
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
    payable_minor: int
    """How many points may be spent on it."""
    points_minor: int
    """How many of them the quote spends."""
    discount_minor: int
    """What they take off."""
    pays_minor: int
    """What is left to be paid in money."""
    earns_minor: int
    """How many points the order then earns."""
    factor_needed: bool
    """Spending so many asks for the customer's QR or a code."""
    lines: list[QuotedLineShown]
    """In the order of the cart."""
    sentences: SentencesShown


@routes.read("/loyalty/quote", Scope.LOYALTY_READ, QuoteShown, method="POST", refuses=True)
def quote_cart(request: Call, body: CartTold) -> HttpResponse:
    """Quote a cart.

    What it would earn, how much of it may be paid with points, and what that takes off each line. Changes
    nothing. Who is named by a phone learns what the cart earns, and no balance.
    """
    who = None if body.customer is None else named(request, body.customer)
    quoted = queries.quote_for(
        lines=[line.amount_minor for line in body.lines],
        currency=body.currency,
        member=None if who is None or who.masked else who.member,
        points_wanted=body.points_minor,
        at=request.now,
    )
    language = language_of(request)
    with translation.override(language):
        told = sentences(quoted, language=language, masked=who is not None and who.masked)
    return answer(_shown(quoted, None if who is None else member_shown(who), told))


def language_of(call: Call) -> str:
    """The language of what customers read."""
    for told in call.headers.get("Accept-Language", "").split(","):
        name = told.partition(";")[0].strip().lower().partition("-")[0]
        if name in {"ru", "en"}:
            return name
    return "en"


def member_shown(who: Named) -> MemberShown:
    """A customer as the till may see them."""
    member, balance = who.member, who.member.balance
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
            held_minor=balance.held_minor,
            owed_minor=balance.owed_minor,
            expires_minor=balance.soonest_minor,
            expires_at=balance.soonest_at,
        ),
    )


def _shown(quoted: Quote, member: MemberShown | None, told: QuoteSentences) -> QuoteShown:
    return QuoteShown(
        customer=member,
        currency=quoted.currency,
        total_minor=quoted.total_minor,
        payable_minor=quoted.payable_minor,
        points_minor=quoted.points_minor,
        discount_minor=quoted.discount_minor,
        pays_minor=quoted.pays_minor,
        earns_minor=quoted.earns_minor,
        factor_needed=quoted.factor_needed,
        lines=[
            QuotedLineShown(amount_minor=line.amount_minor, discount_minor=line.discount_minor)
            for line in quoted.lines
        ],
        sentences=SentencesShown(earns=told.earns, may_spend=told.may_spend, discount=told.discount),
    )
