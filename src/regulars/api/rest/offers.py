"""Coupons at the till: what they take off, set aside while the order is paid, used when it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from django.http import HttpResponse
from ninja import Path
from pydantic import Field

from regulars.api.rest.call import Call, answer
from regulars.api.rest.fields import Amount, Id, Shown, Told, sample
from regulars.api.rest.loyalty_holds import KEY_MAX, key_told, scoped
from regulars.api.rest.offers_carts import (
    DiscountShown,
    OfferCartTold,
    RefusedCouponShown,
    asker,
    cart_of,
    discounts_shown,
    note_guesses,
    refused_shown,
)
from regulars.api.rest.offers_refusing import closed, coupons_refused, discount_changed, key_reused
from regulars.api.rest.problems import missing
from regulars.api.rest.routes import Routes
from regulars.customers.types import SHOP
from regulars.loyalty import queries as loyalty
from regulars.offers import queries, services
from regulars.offers.errors import CouponsRefused, DiscountChanged, UseClosed, UseKeyReused
from regulars.offers.types import NewUse, Use
from regulars.team.types import ApiKey, Scope

LASTS = timedelta(minutes=30)
"""As long as a customer stands at the till, or pays on a site."""

routes = Routes("Offers")
UseId = Annotated[int, Path(ge=1, le=2**63 - 1, description="As the answer to `POST /offers/uses` said.")]
State = Literal["reserved", "captured", "cancelled", "timed_out", "given_back"]
_LINES = [{"product_id": "TEA-1", "name": "Green tea", "quantity": 2, "amount_minor": 149000}]


class CheckTold(OfferCartTold):
    """A cart, and the codes the customer gives."""

    model_config = sample(customer="card:2000123", currency="RUB", lines=_LINES, coupons=["SPRING"])


class LineLeftShown(Shown):
    """A line after discounts."""

    amount_minor: int
    """What is left of it to be paid."""
    discount_minor: int
    """Taken off by offers."""
    tier_minor: int
    """Taken off by the customer's status, after offers."""


class CheckShown(Shown):
    """What the offers take off a cart; nothing was changed by asking."""

    currency: str
    total_minor: int
    discount_minor: int
    """What the offers take off: what `POST /offers/uses` is told."""
    tier_minor: int
    """What the standing discount of the customer's status takes off after that."""
    pays_minor: int
    lines: list[LineLeftShown]
    """In the order of the cart."""
    discounts: list[DiscountShown]
    """Also of what applies to this customer by itself."""
    refused: list[RefusedCouponShown]
    with_points: bool
    """Whether the rest may be paid with points."""
    with_tier: bool
    """Whether a discount of a status counts beside the offers that apply."""


class UseTold(OfferCartTold):
    """What is to be set aside for a cart that is being paid."""

    model_config = sample(
        key="till-1/2026-03-01/17/offers",
        customer="card:2000123",
        currency="RUB",
        lines=_LINES,
        coupons=["SPRING"],
        discount_minor=14900,
    )

    key: Annotated[str, Field(min_length=1, max_length=KEY_MAX, pattern=r"^[\x20-\x7e]+$")] | None = None
    """Of your own, for ever: the same again is the same use. Left out: the `Idempotency-Key`."""
    discount_minor: Amount | None = None
    """What the customer was told; if it is another sum by now, nothing is set aside. Null: whatever it is."""
    order_id: Id | None = None
    """The shop's own number of the order, if it has one yet: when the order is told of, it is captured."""


class UseCaptureTold(Told):
    """The order is paid."""

    model_config = sample(order_id="2026-1001")

    order_id: Id | None = None
    """The shop's own number of the order: when all of it comes back, the offers can be used again."""


class UsedOfferShown(Shown):
    """What one offer takes off."""

    offer_id: int
    name: str
    coupon: str | None
    amount_minor: int
    lines: list[int]


class UseShown(Shown):
    """A use as it stands."""

    id: int
    key: str
    state: State
    currency: str
    discount_minor: int
    offers: list[UsedOfferShown]
    order_id: str | None
    lasts_until: datetime
    """When it is let go by itself."""
    closed_at: datetime | None


@routes.read("/offers/check", Scope.LOYALTY_READ, CheckShown, method="POST", refuses=True)
def check_offers(request: Call, body: CheckTold) -> HttpResponse:
    """Check what offers take off.

    The codes the customer gives, and what applies to them by itself, the way that leaves them least to pay.
    Changes nothing. `POST /loyalty/quote` says the same with points and what is earned.
    """
    member = asker(request, body.customer, body.coupons)
    applied = queries.apply(
        cart=cart_of(body.currency, body.lines),
        codes=body.coupons,
        profile_id=member.profile_id if member else None,
        at=request.now,
        standing=loyalty.standing_discount(member=member, currency=body.currency, at=request.now),
    )
    note_guesses(request, member, applied.refused)
    off = [applied.of_line(place) for place in range(len(body.lines))]
    total, of_tier = sum(line.amount_minor for line in body.lines), applied.standing
    return answer(
        CheckShown(
            currency=body.currency,
            total_minor=total,
            discount_minor=sum(off),
            tier_minor=sum(of_tier),
            pays_minor=total - sum(off) - sum(of_tier),
            lines=[
                LineLeftShown(amount_minor=line.amount_minor - a - b, discount_minor=a, tier_minor=b)
                for line, a, b in zip(body.lines, off, of_tier, strict=True)
            ],
            discounts=discounts_shown(request, applied, body.currency),
            refused=refused_shown(request, applied, body.currency),
            with_points=applied.may_pay_with_points,
            with_tier=applied.with_tier,
        )
    )


@routes.write("POST", "/offers/uses", Scope.LOYALTY_WRITE, UseShown)
def use_offers(request: Call, body: UseTold) -> HttpResponse:
    """Set offers aside.

    Nobody else can use the codes, or the last place of a limit, until this is captured, cancelled or runs out
    of time. The same key again gives the same use. With a code that takes nothing off, nothing is set aside.
    """
    key = scoped(key_told(request, body.key), request.key)
    before = queries.use_by_key(key)
    member = asker(request, body.customer, () if before else body.coupons, again=before is not None)
    new = NewUse(
        key=key,
        cart=cart_of(body.currency, body.lines),
        codes=tuple(body.coupons),
        profile_id=member.profile_id if member else None,
        at=request.now,
        lasts_until=request.now + LASTS,
        discount_minor=body.discount_minor,
        standing=loyalty.standing_discount(member=member, currency=body.currency, at=request.now),
        order_source=SHOP if body.order_id else "",
        order_id=body.order_id or "",
        branch_id=request.key.branch_id,
    )
    try:
        use = services.reserve(new=new, now=request.now)
    except CouponsRefused as error:
        note_guesses(request, member, error.refused)
        raise coupons_refused(request, body.coupons, body.currency, error) from error
    except DiscountChanged as error:
        raise discount_changed(error) from error
    except UseKeyReused as error:
        raise key_reused() from error
    return answer(use_shown(use))


@routes.read("/offers/uses/{use_id}", Scope.LOYALTY_READ, UseShown)
def get_use(request: Call, use_id: UseId) -> HttpResponse:
    """Get a use of offers."""
    return answer(use_shown(_known(use_id, request.key)))


@routes.write("POST", "/offers/uses/{use_id}/capture", Scope.LOYALTY_WRITE, UseShown)
def capture_use(request: Call, use_id: UseId, body: UseCaptureTold) -> HttpResponse:
    """Use what was set aside.

    Not needed where the order's number was told with it and the order is told of. The same again gives the
    same answer. What ran out of time is used all the same if its offers still can be.
    """
    before = _known(use_id, request.key)
    try:
        use = services.capture(
            use_id=use_id,
            now=request.now,
            order_source=SHOP if body.order_id else "",
            order_id=body.order_id or "",
        )
    except UseClosed as error:
        raise closed(before) from error
    return answer(use_shown(use))


@routes.write("POST", "/offers/uses/{use_id}/cancel", Scope.LOYALTY_WRITE, UseShown)
def cancel_use(request: Call, use_id: UseId) -> HttpResponse:
    """Let go what was set aside.

    The codes can be used again. What ran out of time or was cancelled already stays as it is; what was
    captured is undone by taking the order back.
    """
    before = _known(use_id, request.key)
    try:
        use = services.cancel(use_id=use_id, now=request.now)
    except UseClosed as error:
        raise closed(before) from error
    return answer(use_shown(use))


def use_shown(use: Use) -> UseShown:
    """A use as an answer has it."""
    return UseShown(
        id=use.id,
        key=use.key.partition(":")[2],
        state=use.state.value,
        currency=use.currency,
        discount_minor=use.discount_minor,
        offers=[
            UsedOfferShown(
                offer_id=one.offer_id,
                name=one.name,
                coupon=one.code or None,
                amount_minor=one.amount_minor,
                lines=list(one.lines),
            )
            for one in use.offers
        ],
        order_id=use.order_id or None,
        lasts_until=use.lasts_until,
        closed_at=use.closed_at,
    )


def _known(use_id: int, key: ApiKey) -> Use:
    """The use, if the key may see it. Raises Problem (`not_found`)."""
    found = queries.use(use_id)
    if found is None or key.branch_id not in {None, found.branch_id}:
        raise missing("There is no use of offers with this id.")
    return found
