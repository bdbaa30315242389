"""Who a customer at the till is and what they have."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from ninja import Path

from regulars.api.rest.call import Call, answer
from regulars.api.rest.fields import Shown
from regulars.api.rest.loyalty_quote import MemberShown, member_shown
from regulars.api.rest.loyalty_refs import CustomerRef, member_of
from regulars.api.rest.problems import Code, Problem
from regulars.api.rest.routes import Routes
from regulars.loyalty import queries
from regulars.loyalty.types.till import RefKind
from regulars.team.types import KeyKind, Scope

routes = Routes("Loyalty")
RefInPath = Annotated[CustomerRef, Path()]


class QrShown(Shown):
    """What the customer's telephone shows for half a minute."""

    token: str
    """What the picture says."""
    until: datetime
    """When to ask for the next; this one is taken for half a minute longer."""


@routes.read("/loyalty/customers/{path:ref}/qr", Scope.LOYALTY_WRITE, QrShown)
def get_customer_qr(request: Call, ref: RefInPath) -> HttpResponse:
    """Get the QR code a customer shows now.

    For the shop's own application, whose server asks for it when the customer has signed in there: whoever
    shows it may spend points. A till's key does not get it.
    """
    if request.key.kind is not KeyKind.SERVER:
        raise Problem(Code.NOT_ALLOWED, "The code is for the customer's telephone: only a server gets it.")
    kind, member = member_of(request, ref)
    if kind.kind is RefKind.PHONE:
        raise Problem(Code.NOT_ALLOWED, "Name the customer by id or card: a number anybody can say.")
    made = queries.customer_qr(profile_id=member.profile_id, now=request.now)
    return answer(QrShown(token=made.token, until=made.until))


@routes.read("/loyalty/customers/{path:ref}", Scope.LOYALTY_READ, MemberShown)
def get_member(request: Call, ref: RefInPath) -> HttpResponse:
    """Get a customer's points.

    By a phone only the beginning of the name and whether there are points, and not often: anybody can say a
    number.
    """
    kind, member = member_of(request, ref)
    return answer(member_shown(member, masked=kind.kind is RefKind.PHONE))
