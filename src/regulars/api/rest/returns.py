"""Money given back, told of by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from ninja import Path
from pydantic import Field

from regulars.api.rest.access import OfBranch, alone_with
from regulars.api.rest.call import Call, answer
from regulars.api.rest.fields import Currency, Given, Id, Moment, Quantity, Shown, Told, sample
from regulars.api.rest.orders import OrderId, known_order, may_write_of
from regulars.api.rest.problems import Code, Fault, Problem, missing
from regulars.api.rest.routes import Routes
from regulars.commerce import queries, services
from regulars.commerce.types import (
    NO_CURRENCY,
    REFUND_LINES_MAX,
    CreditRow,
    NewRefund,
    OrderState,
    RefundLine,
)
from regulars.customers.types import SHOP
from regulars.team.types import ApiKey, Scope

routes = Routes("Returns")
ReturnId = Annotated[Id, Path(description="The shop's own id of the return.", examples=["R-31"])]


class ReturnedLine(Told):
    """What was taken back."""

    product_id: Id
    quantity: Quantity = Field(default=1, validate_default=True)
    amount_minor: Given | None = None
    """Given back for it; left out: what was paid for so many of them."""


class ReturnTold(Told):
    """Money given back for an order; the order may become known later."""

    model_config = sample(
        order_id="2026-1001",
        returned_at="2026-03-05T10:00:00+03:00",
        lines=[{"product_id": "TEA-1", "quantity": 1}],
    )

    order_id: Id
    returned_at: Moment
    amount_minor: Given | None = None
    """Left out: what the lines come to, or without lines all that is left of the order."""
    currency: Currency | None = None
    """Left out: that of the order. Needed where an amount is told before the order is."""
    lines: Annotated[list[ReturnedLine], Field(max_length=REFUND_LINES_MAX)] = Field(default_factory=list)


class Part(Shown):
    """Money given back: a return, or what its second line and so on came to (`R-31.2`)."""

    id: str
    order_id: str
    returned_at: datetime
    amount_minor: int
    """0 while it is not known, because the order is not."""
    currency: str | None
    product_id: str | None
    quantity: float | None


class Return(Shown):
    """A return as it is stored."""

    id: str
    order_id: str
    returned_at: datetime
    amount_minor: int
    """Of all its parts; 0 while it is not known, because the order is not."""
    currency: str | None
    """Null while it is not known, because the order is not."""
    order_known: bool
    """False: it waits for its order to be told of."""
    parts: list[Part]
    """One for each line, or one."""


class Returns(Shown):
    """What was given back of an order, the oldest first."""

    returns: list[Part]


@routes.write("PUT", "/returns/{path:return_id}", Scope.ORDERS_WRITE, {200: Return, 201: Return})
def put_return(request: Call, return_id: ReturnId, body: ReturnTold) -> HttpResponse:
    """Tell of money given back, or correct what was told.

    Reduces the order it names, whichever comes first. A till's key tells of returns to its branch's orders
    only, once these are known. 201: it is new.
    """
    created = store_return(return_id, body, key=request.key, now=request.now)
    return answer(_whole(return_id, request.key), 201 if created else 200)


def store_return(return_id: str, body: ReturnTold, *, key: OfBranch, now: datetime) -> bool:
    """Store a return as it is told; says whether it is new. Raises Problem."""
    alone_with("return", return_id)
    stored = queries.credits_of_refund(SHOP, return_id)
    may_write_of(body.order_id, stored[0].order_external_id if stored else None, key)
    refund = NewRefund(
        source=SHOP,
        external_id=return_id,
        order_external_id=body.order_id,
        refunded_at=body.returned_at,
        amount_minor=body.amount_minor,
        currency=body.currency or _currency_of(body.order_id),
        lines=tuple(
            RefundLine(product=line.product_id, quantity=line.quantity, amount_minor=line.amount_minor)
            for line in body.lines
        ),
    )
    recorded = services.record_refunds(refunds=[refund], now=now)
    if reason := recorded.refused.get(refund.key):
        words = "This return cannot be stored as it is told"
        faults = [Fault("", reason.value, words)]
        raise Problem(Code.REFUSED, f"{words} ({reason.value}). Nothing was stored.", faults=faults)
    return bool(recorded.created)


@routes.read("/returns/{path:return_id}", Scope.ORDERS_READ, Return)
def get_return(request: Call, return_id: ReturnId) -> HttpResponse:
    """Get a return that was told of by itself."""
    return answer(_whole(return_id, request.key))


@routes.read("/orders/{path:order_id}/returns", Scope.ORDERS_READ, Returns)
def list_returns(request: Call, order_id: OrderId) -> HttpResponse:
    """List what was given back of an order.

    Those told of by themselves; what the order itself tells of stands in the order.
    """
    order = known_order(order_id, request.key)
    return answer(Returns(returns=_parts(queries.credits_of([order.id])[order.id], order)))


def _currency_of(order_id: str) -> str | None:
    order = queries.order(SHOP, order_id)
    return None if order is None else order.currency


def _whole(return_id: str, key: ApiKey) -> Return:
    rows = queries.credits_of_refund(SHOP, return_id)
    if not rows:
        raise missing("There is no return with this id.")
    first = rows[0]
    if key.branch_id is None:
        order = queries.order(SHOP, first.order_external_id)
    else:
        order = known_order(first.order_external_id, key)
    return Return(
        id=return_id,
        order_id=first.order_external_id,
        returned_at=first.credited_at,
        amount_minor=sum(row.amount_minor for row in rows),
        currency=_told(first.currency),
        order_known=order is not None,
        parts=_parts(rows, order),
    )


def _told(currency: str) -> str | None:
    return None if currency == NO_CURRENCY else currency


def _parts(rows: Sequence[CreditRow], order: OrderState | None) -> list[Part]:
    """Without those that are taken back, which come to nothing."""
    products = {line.product_id: line.product_external_id for line in order.lines} if order else {}
    return [
        Part(
            id=row.external_id,
            order_id=row.order_external_id,
            returned_at=row.credited_at,
            amount_minor=row.amount_minor,
            currency=_told(row.currency),
            product_id=products.get(row.product_id) or None,
            quantity=None if row.quantity is None else float(row.quantity),
        )
        for row in rows
        if row.amount_minor or order is None
    ]
