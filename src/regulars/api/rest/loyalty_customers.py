"""Who a customer at the till is and what they have."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from ninja import Path

from regulars.api.rest import loyalty_limits
from regulars.api.rest.call import Call, answer
from regulars.api.rest.fields import Shown, Told, sample
from regulars.api.rest.loyalty_benefits import BenefitsShown, benefits_shown
from regulars.api.rest.loyalty_factors import locked_out
from regulars.api.rest.loyalty_holds import PointsGiven
from regulars.api.rest.loyalty_quote import MemberShown, language_of, member_shown
from regulars.api.rest.loyalty_refs import CustomerRef, named
from regulars.api.rest.problems import Code, Problem
from regulars.api.rest.routes import Routes
from regulars.loyalty import queries, services
from regulars.loyalty.errors import LockedOut, NoSender, Unreachable
from regulars.team.types import KeyKind, Scope

routes = Routes("Loyalty")
RefInPath = Annotated[CustomerRef, Path()]


class MemberWanted(Told):
    """Whom a till looks for."""

    model_config = sample(customer="phone:+79161234567")

    customer: CustomerRef


class CodeWanted(Told):
    """What a code is to allow."""

    model_config = sample(points_minor=150000)

    points_minor: PointsGiven | None = None
    """The points to be spent, which the customer is told; it opens no more. Null: any number."""


class CodeShown(Shown):
    """A code is on its way."""

    channel: str
    """`email`."""
    to: str
    """Where to, most of it hidden."""
    until: datetime
    """Until when it opens a spending; once, and for five tries."""


class QrShown(Shown):
    """What the customer's telephone shows for half a minute."""

    token: str
    """What the picture says."""
    svg: str
    """The picture."""
    until: datetime
    """When to ask for the next; this one is taken for half a minute longer."""


@routes.read("/loyalty/customers/find", Scope.LOYALTY_READ, MemberShown, method="POST")
def find_member(request: Call, body: MemberWanted) -> HttpResponse:
    """Find a customer and their points.

    As `GET /loyalty/customers/{ref}`, by POST: so a phone gets into no log of a server on the way.
    """
    return answer(member_shown(request, named(request, body.customer)))


@routes.read("/loyalty/customers/{path:ref}/benefits", Scope.LOYALTY_READ, BenefitsShown)
def get_customer_benefits(request: Call, ref: RefInPath) -> HttpResponse:
    """Get what a customer has, and what is ahead of them.

    The tier and what it brings, coupons and gifts that wait, and what is missing to the next benefit:
    "1,240 ₽ more to “Gold”". Not for who is named by a phone, which anybody can say.
    """
    who = named(request, ref)
    if who.masked:
        raise Problem(Code.NOT_ALLOWED, "Name the customer by id, card or QR: a number anybody can say.")
    return answer(benefits_shown(who.member, language=language_of(request), now=request.now))


@routes.read("/loyalty/customers/{path:ref}/qr", Scope.LOYALTY_WRITE, QrShown)
def get_customer_qr(request: Call, ref: RefInPath) -> HttpResponse:
    """Get the QR code a customer shows now.

    For the shop's own application, whose server asks for it when the customer has signed in there: whoever
    shows it may spend points. A till's key does not get it.
    """
    if request.key.kind is not KeyKind.SERVER:
        raise Problem(Code.NOT_ALLOWED, "The code is for the customer's telephone: only a server gets it.")
    who = named(request, ref)
    if who.masked:
        raise Problem(Code.NOT_ALLOWED, "Name the customer by id or card: a number anybody can say.")
    made = queries.customer_qr(profile_id=who.member.profile_id, now=request.now)
    return answer(QrShown(token=made.token, svg=made.svg, until=made.until))


@routes.write("POST", "/loyalty/customers/{path:ref}/code", Scope.LOYALTY_WRITE, CodeShown)
def send_customer_code(request: Call, ref: RefInPath, body: CodeWanted | None = None) -> HttpResponse:
    """Send a customer a code.

    By which they allow a spending above the programme's limit, or where they are named by a phone. It goes to
    an address that is known of them, and comes back in `factor.code` of the hold: of no more points than it
    was asked for, by a key of the same branch. At most three in ten minutes.
    """
    who = named(request, ref)
    loyalty_limits.ask_for_code(request.key)
    try:
        sent = services.send_code(
            member=who.member,
            branch_id=request.key.branch_id,
            points_minor=body.points_minor if body else None,
            language=language_of(request),
            now=request.now,
        )
    except LockedOut as error:
        raise locked_out(error) from error
    except NoSender as error:
        raise Problem(Code.CANNOT_REACH, f"Codes cannot be sent yet. {error.message}") from error
    except Unreachable as error:
        raise Problem(
            Code.CANNOT_REACH, "No address of this customer is known. Take the QR code of their telephone."
        ) from error
    return answer(CodeShown(channel=sent.channel, to=sent.to, until=sent.until))


@routes.read("/loyalty/customers/{path:ref}", Scope.LOYALTY_READ, MemberShown)
def get_member(request: Call, ref: RefInPath) -> HttpResponse:
    """Get a customer's points.

    By a phone only the beginning of the name and whether there are points, and not often: anybody can say a
    number.
    """
    return answer(member_shown(request, named(request, ref)))
