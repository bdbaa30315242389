"""Points set aside while an order is paid, spent when it is, and let go when it is not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from django.http import HttpResponse
from ninja import Path
from pydantic import Field

from regulars.api.rest.call import Call, answer
from regulars.api.rest.fields import Amount, Currency, Id, Shown, Told, Whole, sample
from regulars.api.rest.idempotency import HEADER
from regulars.api.rest.loyalty_factors import FactorTold, count_wrong_code, use_factor
from regulars.api.rest.loyalty_quote import POINTS_MAX
from regulars.api.rest.loyalty_refs import CustomerRef, Named, named
from regulars.api.rest.problems import Code, Problem, missing
from regulars.api.rest.routes import Routes
from regulars.customers import queries as customers
from regulars.customers.types import SHOP
from regulars.loyalty import queries, services
from regulars.loyalty.errors import HoldClosed, KeyReused, NotEnough
from regulars.loyalty.rules.earning import discount_minor, payable_minor
from regulars.loyalty.rules.quoting import needs_factor
from regulars.loyalty.types import Hold, HoldState, NewHold, Programme
from regulars.team.types import ApiKey, Scope

KEY_MAX = 200

routes = Routes("Loyalty")
HoldId = Annotated[int, Path(ge=1, le=2**63 - 1, description="As the answer to `POST /loyalty/holds` said.")]
PointsGiven = Annotated[int, Field(ge=1, le=POINTS_MAX, examples=[30000]), Whole]
"""Minor units of points, a hundred to a point."""
State = Literal["held", "captured", "cancelled", "timed_out"]


class HoldTold(Told):
    """Points to be set aside for a cart that is being paid."""

    model_config = sample(
        key="till-1/2026-03-01/17",
        customer="card:2000123",
        points_minor=30000,
        amount_minor=149000,
        currency="RUB",
    )

    key: Annotated[str, Field(min_length=1, max_length=KEY_MAX, pattern=r"^[\x20-\x7e]+$")] | None = None
    """Of your own, for ever: the same again is the same hold. Left out: the `Idempotency-Key`."""
    customer: CustomerRef
    points_minor: PointsGiven | None = None
    """How many; null: as many as may be spent."""
    amount_minor: Amount
    """What the cart comes to before points, as `total_minor` of the quote."""
    currency: Currency
    order_id: Id | None = None
    """The shop's own number of the order, if it has one yet."""
    factor: FactorTold | None = None
    """Needed above the programme's limit, and for who is named by a phone."""


class CaptureTold(Told):
    """The order is paid."""

    model_config = sample(order_id="2026-1001")

    points_minor: PointsGiven | None = None
    """How many of the points; the rest is let go. Null: all."""
    order_id: Id | None = None
    """The shop's own number of the order: by it the points come back when it is returned."""


class HoldShown(Shown):
    """A hold as it stands; points in minor units, a hundred to a point."""

    id: int
    key: str
    state: State
    points_minor: int
    spent_minor: int
    given_back_minor: int
    """Of what was spent, as the order was given back."""
    discount_minor: int
    """What the points take off the order; of a captured one what those that were spent did."""
    order_id: str | None
    lasts_until: datetime
    """When it is let go by itself."""
    closed_at: datetime | None


def _count_wrong_code(request: Call, body: HoldTold) -> None:
    if body.factor is None or not body.factor.code:
        return
    if queries.hold_by_key(scoped(key_told(request, body.key), request.key)) is None:
        count_wrong_code(request, named(request, body.customer).member, body.factor.code)


@routes.write("POST", "/loyalty/holds", Scope.LOYALTY_WRITE, HoldShown, first=_count_wrong_code)
def make_hold(request: Call, body: HoldTold) -> HttpResponse:
    """Set points aside.

    Nobody else can spend them until the hold is captured, cancelled or runs out of time. The same key again
    gives the same hold.
    """
    key = scoped(key_told(request, body.key), request.key)
    before = queries.hold_by_key(key)
    who = named(request, body.customer, again=before is not None)
    points, until = _new(request, body, who) if before is None else (before.points_minor, before.lasts_until)
    new = NewHold(
        key=key,
        profile_id=_profile_of(who, before),
        points_minor=body.points_minor or points,
        at=request.now,
        lasts_until=until,
        order_source=SHOP if body.order_id else "",
        order_id=body.order_id or "",
        branch_id=request.key.branch_id,
    )
    try:
        hold = services.hold(new=new, now=request.now)
    except NotEnough as error:
        raise not_enough(error.spendable_minor) from error
    except KeyReused as error:
        raise Problem(
            Code.HOLD_KEY_REUSED, "This key came before with another customer, order or number of points."
        ) from error
    return answer(hold_shown(hold))


@routes.read("/loyalty/holds/{hold_id}", Scope.LOYALTY_READ, HoldShown)
def get_hold(request: Call, hold_id: HoldId) -> HttpResponse:
    """Get a hold."""
    return answer(hold_shown(known_hold(hold_id, request.key)))


@routes.write("POST", "/loyalty/holds/{hold_id}/capture", Scope.LOYALTY_WRITE, HoldShown)
def capture_hold(request: Call, hold_id: HoldId, body: CaptureTold) -> HttpResponse:
    """Spend what was set aside.

    All of it or a part; the rest is let go. The same again gives the same answer.
    """
    before = known_hold(hold_id, request.key)
    if body.points_minor is not None and body.points_minor > before.points_minor:
        raise Problem(
            Code.NOT_ENOUGH_POINTS,
            f"Only {before.points_minor} were set aside. Cancel the hold and make a larger one.",
            more={"spendable_minor": before.points_minor},
        )
    try:
        hold = services.capture(
            hold_id=hold_id,
            points_minor=body.points_minor,
            now=request.now,
            order_source=SHOP if body.order_id else "",
            order_id=body.order_id or "",
        )
    except HoldClosed as error:
        raise closed(known_hold(hold_id, request.key)) from error
    except NotEnough as error:
        raise not_enough(error.spendable_minor) from error
    return answer(hold_shown(hold))


@routes.write("POST", "/loyalty/holds/{hold_id}/cancel", Scope.LOYALTY_WRITE, HoldShown)
def cancel_hold(request: Call, hold_id: HoldId) -> HttpResponse:
    """Let go what was set aside.

    One that ran out of time or was cancelled already stays as it is; one that was captured is not undone.
    """
    known_hold(hold_id, request.key)
    try:
        hold = services.cancel(hold_id=hold_id, now=request.now)
    except HoldClosed as error:
        raise closed(known_hold(hold_id, request.key)) from error
    return answer(hold_shown(hold))


def _profile_of(who: Named, before: Hold | None) -> int:
    """Out of whose points it is taken; asked for again that of the first time, if they are one by now."""
    if before is not None:
        first = customers.profiles([before.profile_id]).get(before.profile_id)
        if first is not None and first.person_id == who.member.person_id:
            return before.profile_id
    return who.member.profile_id


def key_told(call: Call, told: str | None) -> str:
    """The key of a hold. Raises Problem where none is told."""
    key = told or call.headers.get(HEADER, "")
    if not 1 <= len(key) <= KEY_MAX:
        raise Problem(
            Code.BAD_IDEMPOTENCY_KEY,
            f"Give the hold a key of your own, 1 to {KEY_MAX} characters: `key`, or the header {HEADER}.",
        )
    return key


def scoped(key: str, caller: ApiKey) -> str:
    """The key of a hold as it is stored: of each branch, and of the shop's own servers, apart."""
    return f"{caller.branch_id or 'shop'}:{key}"


def known_hold(hold_id: int, key: ApiKey) -> Hold:
    """The hold, if the key may see it. Raises Problem (`not_found`)."""
    hold = queries.hold(hold_id)
    if hold is None or key.branch_id not in {None, hold.branch_id}:
        raise missing("There is no hold with this id.")
    return hold


def not_enough(spendable_minor: int) -> Problem:
    """More was asked for than can be spent."""
    return Problem(
        Code.NOT_ENOUGH_POINTS,
        f"{spendable_minor} can be spent. Quote the cart again and set aside what it says.",
        more={"spendable_minor": spendable_minor},
    )


def closed(hold: Hold) -> Problem:
    """A hold that is done with cannot be something else."""
    return Problem(
        Code.HOLD_CLOSED,
        f"This hold is {hold.state.value.replace('_', ' ')}, and stays so. Make a new one; what was spent "
        "comes back when the order is returned.",
    )


def hold_shown(hold: Hold) -> HoldShown:
    """A hold as an answer has it."""
    counts = hold.spent_minor if hold.state is HoldState.CAPTURED else hold.points_minor
    version = queries.version_at(hold.at)
    return HoldShown(
        id=hold.id,
        key=hold.key.partition(":")[2],
        state=hold.state.value,
        points_minor=hold.points_minor,
        spent_minor=hold.spent_minor,
        given_back_minor=hold.given_back_minor,
        discount_minor=discount_minor(counts, version.programme) if version else 0,
        order_id=hold.order_id or None,
        lasts_until=hold.lasts_until,
        closed_at=hold.closed_at,
    )


def _new(call: Call, told: HoldTold, who: Named) -> tuple[int, datetime]:
    """How many points are set aside until when, after the customer has allowed it where that is needed.

    Raises Problem.
    """
    version = queries.version_at(call.now)
    if version is None or not version.programme.running:
        raise Problem(
            Code.NO_PROGRAMME, "No loyalty programme is running. Publish one in the console: Loyalty."
        )
    programme = version.programme
    points = _allowed(programme, told, who)
    if who.masked or needs_factor(points, programme.factor_above_minor):
        use_factor(call, who, told.factor, points)
    return points, call.now + timedelta(minutes=programme.hold_minutes)


def _allowed(programme: Programme, told: HoldTold, who: Named) -> int:
    """How many points are set aside. Raises Problem where the programme takes fewer for such a cart."""
    spendable = who.member.balance.spendable_minor
    most = payable_minor(
        total_minor=told.amount_minor,
        programme=programme,
        spendable_minor=max(spendable, told.points_minor or 0),
        currency=told.currency,
    )
    if told.points_minor is None and most == 0:
        raise not_enough(0)
    if told.points_minor is not None and told.points_minor > most:
        raise Problem(
            Code.TOO_MANY_POINTS,
            f"{most} may be spent on such an order. Quote the cart and set aside what it says.",
            more={"payable_minor": most},
        )
    return most if told.points_minor is None else told.points_minor
