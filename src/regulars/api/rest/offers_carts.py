"""Carts as offers look at them, and what offers take off them as answers say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from django.utils import translation
from pydantic import Field

from regulars.api.rest import offers_limits
from regulars.api.rest.call import Call
from regulars.api.rest.fields import Currency, Shown, Told
from regulars.api.rest.languages import language_of
from regulars.api.rest.loyalty_refs import CustomerRef, named
from regulars.api.rest.orders import LINES_MAX, LineTold
from regulars.commerce import queries as commerce
from regulars.commerce.types import ProductRow
from regulars.customers.types import SHOP
from regulars.loyalty import queries as loyalty
from regulars.loyalty.types.till import Member
from regulars.offers import queries
from regulars.offers.rules.codes import GIVEN_MAX
from regulars.offers.types import Applied, Cart, CartLine, CouponRefusal, Refused
from regulars.offers.wording import Voice, customer_sentence, refusal_sentence

CouponsTold = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=GIVEN_MAX, pattern=r"^[^\x00-\x1f\x7f]+$")]],
    Field(max_length=queries.CODES_MAX, examples=[["SPRING"]]),
]
"""Codes as they were typed or scanned; case, blanks and hyphens do not matter."""


class OfferCartTold(Told):
    """A cart before any discounts, and the codes the customer gives."""

    customer: CustomerRef | None = None
    """Null: not known (yet). Who is named by a phone counts as not known here: anybody can say a number."""
    currency: Currency
    lines: Annotated[list[LineTold], Field(min_length=1, max_length=LINES_MAX)]
    coupons: CouponsTold = Field(default_factory=list)


class DiscountShown(Shown):
    """What one offer takes off."""

    offer_id: int
    name: str
    coupon: str | None
    """The code, as it was given; null for what applies by itself."""
    amount_minor: int
    lines: list[int]
    """Of each line, in the order of the cart."""
    sentence: str
    """What a customer reads of the offer, in the language of `Accept-Language` (ru or en)."""


class RefusalFactsShown(Shown):
    """The sum or the day it depends on; null where it is no question of that."""

    since: datetime | None
    """Of `not_yet`: the moment from which it works."""
    until: datetime | None
    """Of `over`: the first moment at which it worked no more."""
    used_at: datetime | None
    """Of `used`: when; null while it is set aside for an order that is being paid."""
    total_from_minor: int | None
    """Of `too_small`: what the cart has to come to before any discount."""
    missing_minor: int | None
    """Of `too_small`: how much of that is missing."""
    uses: int | None
    """Of `used_up` and `enough`: how often it was used, by all or by this customer."""
    uses_most: int | None
    """How often it may be."""
    left_minor: int | None
    """Of `used_up`: what is left of its budget, and less than it would take off here."""
    currency: str | None
    """Of `other_currency`: the money it is in."""
    off_minor: int | None
    """Of `not_together`: what it alone would take off."""


class RefusedCouponShown(RefusalFactsShown):
    """A code that takes nothing off."""

    coupon: str
    reason: str
    """`unknown`, `not_yet`, `over`, `stopped`, `used`, `used_up`, `enough`, `customer_needed`, `not_theirs`,
    `other_goods`, `too_small`, `other_currency`, `not_together` or `twice`."""
    sentence: str
    """The reason with the sum or the day, in the language of `Accept-Language` (ru or en)."""


def cart_of(currency: str, lines: Sequence[LineTold], *, by_goods: bool = True) -> Cart:
    """The cart, with what the catalogue knows of its products, where it matters (`by_goods`)."""
    asked = {line.product_id for line in lines if line.product_id and by_goods}
    known = commerce.products_told(SHOP, asked) if asked else {}
    return Cart(
        currency=currency,
        lines=tuple(_line(line, known.get(line.product_id or "")) for line in lines),
    )


def asker(call: Call, ref: str | None, codes: Sequence[str], *, again: bool = False) -> Member | None:
    """Whose cart it is; None: nobody who is known well enough. Raises Problem, also for too much guessing."""
    who = None if ref is None else named(call, ref, again=again)
    member = None if who is None or who.masked else who.member
    offers_limits.ask_for_codes(call.key, member.person_id if member else None, codes)
    return member


def note_guesses(call: Call, member: Member | None, refused: Mapping[str, Refused]) -> None:
    """Count the codes there are not."""
    unknown = [code for code, one in refused.items() if one.why is CouponRefusal.UNKNOWN]
    if unknown:
        offers_limits.note_unknown(call.key, member.person_id if member else None, unknown)


def discounts_shown(call: Call, applied: Applied, currency: str) -> list[DiscountShown]:
    """What the offers take off, with their sentences."""
    if not applied.discounts:
        return []
    language = language_of(call)
    voice = Voice(language, currency, loyalty.shop_zone())
    with translation.override(language):
        return [
            DiscountShown(
                offer_id=one.offer_id,
                name=one.name,
                coupon=one.code or None,
                amount_minor=one.amount_minor,
                lines=list(one.lines),
                sentence=customer_sentence(one.terms, voice) if one.terms else "",
            )
            for one in applied.discounts
        ]


def refused_shown(call: Call, applied: Applied, currency: str) -> list[RefusedCouponShown]:
    """The codes that take nothing off, and why."""
    if not applied.refused:
        return []
    language = language_of(call)
    voice = Voice(language, currency, loyalty.shop_zone())
    with translation.override(language):
        return [
            RefusedCouponShown(
                coupon=code,
                reason=one.why.value,
                sentence=refusal_sentence(one, voice),
                **refusal_facts(one).model_dump(),
            )
            for code, one in applied.refused.items()
        ]


def refusal_facts(refused: Refused) -> RefusalFactsShown:
    """The sum or the day of a refusal, for programs."""
    return RefusalFactsShown(
        since=refused.since,
        until=refused.until,
        used_at=refused.used_at,
        total_from_minor=refused.total_from_minor,
        missing_minor=refused.missing_minor,
        uses=refused.uses,
        uses_most=refused.uses_most,
        left_minor=refused.left_minor,
        currency=refused.currency,
        off_minor=refused.off_minor,
    )


def _line(line: LineTold, known: ProductRow | None) -> CartLine:
    return CartLine(
        amount_minor=line.amount_minor,
        quantity=line.quantity,
        product=line.name or (known.name if known else ""),
        category=line.category or (known.category if known else ""),
        brand=known.brand if known else "",
    )
