"""Rewards for points: the catalogue, taking one and giving it back, and gifts that wait at the counter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, NoReturn
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils import translation
from ninja import Path, Query
from pydantic import Field

from regulars.analytics.wording.numbers import Formats
from regulars.api.rest import cursors
from regulars.api.rest.call import Call, answer
from regulars.api.rest.fields import Shown, Told, Whole, sample
from regulars.api.rest.loyalty_factors import FactorTold, count_wrong_code, use_factor
from regulars.api.rest.loyalty_holds import KEY_MAX, key_told, not_enough, scoped
from regulars.api.rest.loyalty_quote import language_of
from regulars.api.rest.loyalty_refs import CustomerRef, Named, named
from regulars.api.rest.pages import LIMIT, NEXT, After, Limit
from regulars.api.rest.problems import Code, Problem, missing
from regulars.api.rest.routes import Routes
from regulars.loyalty import queries, services
from regulars.loyalty.errors import CannotCancel, CannotRedeem, CouponOver, KeyReused, NotEnough
from regulars.loyalty.rules.quoting import needs_factor
from regulars.loyalty.types.rewards import (
    PIECES_MAX,
    ForCustomer,
    GrantRow,
    Redeeming,
    RewardKind,
    RewardOrderRow,
    RewardRow,
    WhyNot,
)
from regulars.loyalty.wording.rewards import reward_sentence
from regulars.loyalty.wording.speaker import Speaker
from regulars.team import queries as team
from regulars.team.types import ApiKey, Scope

PAGE = "gifts"

routes = Routes("Loyalty")
_NUMBER = {"ge": 1, "le": 2**63 - 1}
RewardId = Annotated[int, Path(**_NUMBER, description="As `GET /loyalty/rewards` says.")]
OrderId = Annotated[int, Path(**_NUMBER, description="As the answer to the redemption said.")]
GiftId = Annotated[int, Path(**_NUMBER, description="As `GET /loyalty/rewards/waiting` says.")]
WhoseQuery = Annotated[
    CustomerRef | None,
    Query(description="For whom: then it says what they can have. Not by phone, which a log would keep."),
]
Why = Literal["not_offered", "sold_out", "enough", "other_tier", "points"]
State = Literal["given", "used", "withdrawn"]
RewardKindShown = Literal["thing", "cause", "service", "coupon"]

_REFUSALS: Mapping[str, tuple[Code, str]] = {
    WhyNot.NOT_OFFERED.value: (Code.REWARD_NOT_OFFERED, "This reward is not offered now."),
    WhyNot.SOLD_OUT.value: (Code.REWARD_SOLD_OUT, "There is not enough left of this reward."),
    WhyNot.ENOUGH.value: (Code.REWARD_LIMIT, "The customer has had as many of it as one may."),
    WhyNot.OTHER_TIER.value: (Code.REWARD_OTHER_TIER, "This reward is for customers of another tier."),
    "one_at_a_time": (
        Code.REWARD_ONE_AT_A_TIME,
        "Coupons are taken one at a time, each with a key of its own: each has a code of its own.",
    ),
    "changed": (Code.REWARD_NOT_OFFERED, "The reward was changed just now. Read the catalogue again."),
    "no_programme": (
        Code.NO_PROGRAMME,
        "No loyalty programme is running. Publish one in the console: Loyalty.",
    ),
}


class RewardShown(Shown):
    """A reward of the catalogue; points in minor units, a hundred to a point."""

    id: int
    name: str
    description: str
    kind: RewardKindShown
    """Handed out at the counter; points for a good cause; done for the customer by a colleague; a coupon of
    their own, off a later purchase."""
    price_minor: int
    left: int | None
    """How many there are; null: no limit."""
    most_each: int | None
    """How many one customer may have; null: no limit."""
    until: datetime | None
    """The first moment at which it is not offered any more."""
    sentence: str
    """For the customer's eyes, in the language of `Accept-Language` (ru or en)."""
    can_have: bool | None
    """Whether the customer can have one now; null where none was named."""
    why_not: Why | None
    missing_minor: int | None
    """How many points they are short of."""
    had: int | None
    """How many they took already."""


class CatalogueShown(Shown):
    """What is offered now."""

    rewards: list[RewardShown]
    """For a customer: what they can have first, then what is nearest; else the cheapest first."""


class RedeemTold(Told):
    """What a customer wants."""

    model_config = sample(key="till-1/2026-03-01/18", customer="card:2000123", pieces=1)

    key: Annotated[str, Field(min_length=1, max_length=KEY_MAX, pattern=r"^[\x20-\x7e]+$")] | None = None
    """Of your own, for ever: the same again is the same order. Left out: the `Idempotency-Key`."""
    customer: CustomerRef
    pieces: Annotated[int, Field(ge=1, le=PIECES_MAX), Whole] = 1
    factor: FactorTold | None = None
    """Needed above the programme's limit, and for who is named by a phone."""


class RewardOrderShown(Shown):
    """A reward somebody took."""

    id: int
    key: str
    reward_id: int
    name: str
    kind: RewardKindShown
    pieces: int
    points_minor: int
    state: State
    """Waits to be handed out, done or used; was handed out, done or used (or given to the cause); was given
    back."""
    code: str | None
    """Of a coupon that was not given back: what the customer says at the till, as `coupons` of a quote."""
    until: datetime | None
    """Of a coupon: the first moment at which it cannot be used any more."""
    gift_id: int | None
    """By which it is handed out, of a thing."""
    at: datetime
    handed_out_at: datetime | None
    cancelled_at: datetime | None


class GiftShown(Shown):
    """Something to be handed out: taken for points, or given by the programme."""

    id: int
    name: str
    """What it is."""
    given_for: str
    """The part of the programme, or the reward."""
    state: State
    given_at: datetime
    until: datetime | None
    """The first moment at which it cannot be fetched any more; null: no end."""
    handed_out_at: datetime | None


class GiftsShown(Shown):
    """Gifts that wait, the longest first."""

    gifts: list[GiftShown]
    next: Annotated[str | None, Field(description=NEXT)]


@routes.read("/loyalty/rewards", Scope.LOYALTY_READ, CatalogueShown)
def list_rewards(request: Call, customer: WhoseQuery = None) -> HttpResponse:
    """List rewards.

    What is offered now. For a customer it says too which they can have and how many points are missing.
    """
    shop = team.shop()
    language = language_of(request)
    speaker = Speaker(Formats(language, shop.currency), shop.return_window_days)
    version = queries.current(request.now)
    levels = version.programme.tiers.levels if version and version.programme.tiers else ()
    names = {level.key: level.name for level in levels}
    zone = ZoneInfo(shop.timezone)
    who = None if customer is None else _not_by_phone(named(request, customer))
    with translation.override(language):

        def said(row: RewardRow) -> str:
            return reward_sentence(row, speaker, tiers=names, zone=zone, at=request.now)

        if who is not None:
            found = queries.rewards_for(person_id=who.member.person_id, at=request.now)
            shown = [_reward(one.reward, said(one.reward), one) for one in found]
        else:
            offered = [row for row in queries.rewards() if row.is_offered(request.now)]
            shown = [_reward(row, said(row), None) for row in offered]
    return answer(CatalogueShown(rewards=shown))


def _count_wrong_code(request: Call, reward_id: int, body: RedeemTold) -> None:
    if body.factor is None or not body.factor.code:
        return
    if queries.reward_order_by_key(scoped(key_told(request, body.key), request.key)) is None:
        count_wrong_code(request, named(request, body.customer).member, body.factor.code)


@routes.write(
    "POST",
    "/loyalty/rewards/{reward_id}/redeem",
    Scope.LOYALTY_WRITE,
    RewardOrderShown,
    first=_count_wrong_code,
)
def redeem_reward(request: Call, reward_id: RewardId, body: RedeemTold) -> HttpResponse:
    """Redeem a reward.

    Its points are spent and its stock falls, in one go; with a coupon its code is issued. The same key again
    gives the same order, and the same code.
    """
    key = scoped(key_told(request, body.key), request.key)
    before = queries.reward_order_by_key(key)
    who = named(request, body.customer, again=before is not None)
    if before is None:
        _allow(request, reward_id, body, who)
    new = Redeeming(
        key=key,
        reward_id=reward_id,
        profile_id=who.member.profile_id,
        at=request.now,
        pieces=body.pieces,
        branch_id=request.key.branch_id,
    )
    try:
        return answer(order_shown(services.redeem(new=new, now=request.now)))
    except NotEnough as error:
        raise not_enough(error.spendable_minor) from error
    except KeyReused as error:
        raise Problem(
            Code.REWARD_KEY_REUSED, "This key came before with another customer, reward or number."
        ) from error
    except CannotRedeem as error:
        _refuse(error)


@routes.read("/loyalty/rewards/orders/{order_id}", Scope.LOYALTY_READ, RewardOrderShown)
def get_reward_order(request: Call, order_id: OrderId) -> HttpResponse:
    """Get a redeemed reward."""
    return answer(order_shown(_known_order(order_id, request.key)))


@routes.write("POST", "/loyalty/rewards/orders/{order_id}/cancel", Scope.LOYALTY_WRITE, RewardOrderShown)
def cancel_reward_order(request: Call, order_id: OrderId) -> HttpResponse:
    """Give a redeemed reward back.

    Its points return to the customer, its pieces into the catalogue, and a coupon is good for nothing any
    more. What was handed out, done or used stays, and so does a coupon that is set aside for a sale or whose
    last day is over.
    """
    order = _known_order(order_id, request.key)
    try:
        return answer(order_shown(services.cancel_reward(order_id=order_id, now=request.now)))
    except CannotCancel as error:
        raise _kept(order, error) from error


@routes.read("/loyalty/rewards/waiting", Scope.LOYALTY_READ, GiftsShown)
def list_waiting_gifts(
    request: Call, customer: WhoseQuery = None, limit: Limit = LIMIT, after: After = None
) -> HttpResponse:
    """List gifts to hand out.

    Taken for points or given by the programme, and not fetched yet; of one customer, or of all.
    """
    who = None if customer is None else _not_by_phone(named(request, customer))
    rows = queries.gifts_waiting(
        at=request.now,
        limit=limit + 1,
        after=None if after is None else _place(after),
        person_ids=None if who is None else [who.member.person_id],
    )
    last = rows[limit - 1] if len(rows) > limit else None
    following = None if last is None else cursors.wrap(PAGE, [last.given_at.isoformat(), last.id])
    return answer(GiftsShown(gifts=[_gift(row) for row in rows[:limit]], next=following))


@routes.write("POST", "/loyalty/rewards/gifts/{gift_id}/hand-out", Scope.LOYALTY_WRITE, GiftShown)
def hand_out_gift(request: Call, gift_id: GiftId) -> HttpResponse:
    """Hand a gift out.

    Of two who do at once one succeeds; the other learns that it was fetched.
    """
    row = queries.one_grant(gift_id)
    if row is None or row.benefit.kind != "gift":
        raise missing("There is no gift with this id.")
    if not services.hand_out(grant_id=gift_id, now=request.now, branch_id=request.key.branch_id):
        raise Problem(
            Code.GIFT_NOT_WAITING, "This gift was fetched or taken back already, or its time is over."
        )
    done = queries.one_grant(gift_id)
    return answer(_gift(done or row))


def order_shown(row: RewardOrderRow) -> RewardOrderShown:
    """An order of a reward as an answer has it."""
    return RewardOrderShown(
        id=row.id,
        key=row.key.partition(":")[2],
        reward_id=row.reward_id,
        name=row.reward_name,
        kind=row.kind.value,
        pieces=row.pieces,
        points_minor=row.points_minor,
        state=row.state.value,
        code=queries.reward_codes([row]).get(row.id),
        until=row.until if row.kind is RewardKind.COUPON else None,
        gift_id=row.grant_id if row.kind is RewardKind.THING else None,
        at=row.at,
        handed_out_at=row.handed_out_at,
        cancelled_at=row.cancelled_at,
    )


def _allow(call: Call, reward_id: int, told: RedeemTold, who: Named) -> None:
    """Have the customer allow it where that is needed. Raises Problem."""
    version = queries.version_at(call.now)
    reward = queries.reward(reward_id)
    if reward is None:
        raise missing("There is no reward with this id.")
    if version is None or not version.programme.running:
        _refuse(CannotRedeem("", code="no_programme"))
    points = reward.price_minor * told.pieces
    if who.masked or needs_factor(points, version.programme.factor_above_minor):
        use_factor(call, who, told.factor, points)


def _kept(order: RewardOrderRow, error: CannotCancel) -> Problem:
    if isinstance(error, CouponOver):
        return Problem(Code.REWARD_COUPON_OVER, "The last day of the coupon is over; its points stay spent.")
    if order.kind is RewardKind.COUPON:
        return Problem(
            Code.REWARD_COUPON_USED,
            "The coupon was used, or is set aside for a sale that is under way; its points stay spent.",
        )
    return Problem(Code.REWARD_HANDED_OUT, "It was handed out or done; its points stay spent.")


def _refuse(error: CannotRedeem) -> NoReturn:
    if error.code == "no_such_reward":
        raise missing("There is no reward with this id.") from error
    code, detail = _REFUSALS[error.code]
    raise Problem(code, detail) from error


def _place(after: str) -> tuple[datetime, int]:
    moment, id_ = cursors.unwrap(PAGE, after, str, int)
    return cursors.moment(str(moment)), int(id_)


def _known_order(order_id: int, key: ApiKey) -> RewardOrderRow:
    """The order, if the key may see it. Raises Problem (`not_found`)."""
    found = queries.reward_order(order_id)
    if found is None or key.branch_id not in {None, found.branch_id}:
        raise missing("There is no redeemed reward with this id.")
    return found


def _not_by_phone(who: Named) -> Named:
    if who.masked:
        raise Problem(Code.NOT_ALLOWED, "Name the customer by id, card or QR code: a number anybody can say.")
    return who


def _reward(row: RewardRow, sentence: str, for_whom: ForCustomer | None) -> RewardShown:
    why = for_whom.why_not if for_whom else None
    return RewardShown(
        id=row.id,
        name=row.name,
        description=row.words,
        kind=row.kind.value,
        price_minor=row.price_minor,
        left=row.left,
        most_each=row.most_each,
        until=row.until,
        sentence=sentence,
        can_have=None if for_whom is None else why is None,
        why_not=None if why is None else why.value,
        missing_minor=None if for_whom is None else for_whom.missing_minor,
        had=None if for_whom is None else for_whom.had,
    )


def _gift(row: GrantRow) -> GiftShown:
    name = row.benefit.name if row.benefit.kind == "gift" else row.name
    return GiftShown(
        id=row.id,
        name=name,
        given_for=row.name,
        state=row.state.value,
        given_at=row.given_at,
        until=row.until,
        handed_out_at=row.used_at,
    )
