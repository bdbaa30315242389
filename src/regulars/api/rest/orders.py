"""Orders by the shop's own numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from ninja import Path, Query
from pydantic import Field

from regulars.api.rest import cursors
from regulars.api.rest.access import OfBranch, check_branch
from regulars.api.rest.call import Call, answer
from regulars.api.rest.customers import known
from regulars.api.rest.fields import (
    AMOUNT_MAX,
    Amount,
    Currency,
    Given,
    Id,
    Line,
    Moment,
    Quantity,
    Shown,
    Told,
    Whole,
    sample,
)
from regulars.api.rest.loyalty_refs import CustomerRef, Named, named
from regulars.api.rest.orders_shown import OrderShown, Status, shown_orders
from regulars.api.rest.pages import LIMIT, NEXT, After, Limit
from regulars.api.rest.problems import Code, Fault, Problem, missing
from regulars.api.rest.routes import Routes
from regulars.commerce import queries, services
from regulars.commerce.types import (
    NewBranch,
    NewProduct,
    Order,
    OrderLine,
    OrderPlace,
    OrderReturn,
    OrderState,
    OrderStatus,
    RefusedOrder,
)
from regulars.customers import queries as customers
from regulars.customers import services as profiles
from regulars.customers.types import SHOP
from regulars.team.types import Scope

NAMED_TWICE = "Name the customer once: by customer_id or by customer"
LINES_MAX = 2_000
RETURNS_MAX = 500
PAGE, PAGE_BY_CHANGE = "orders", "changed orders"

routes = Routes("Orders")
OrderId = Annotated[Id, Path(description="The shop's own number of the order.", examples=["2026-1001"])]


class LineTold(Told):
    """What was bought on one line."""

    product_id: Id | None = None
    """The shop's own id; a product that is not known yet is created."""
    name: Line = ""
    """Of the product; an empty one leaves what is known."""
    category: Line = ""
    quantity: Quantity = Field(default=1, validate_default=True)
    amount_minor: Amount
    """Paid for the whole line, discounts taken off."""


class OrderReturnTold(Told):
    """Money given back of the order."""

    returned_at: Moment
    amount_minor: Given
    quantity: Quantity | None = None
    line: Annotated[int, Field(ge=1, le=LINES_MAX), Whole] | None = None
    """Number of the line it is for, from 1; left out: for the order as a whole."""


class OrderTold(Told):
    """An order whole, as it stands now."""

    model_config = sample(
        customer_id="C-1024",
        ordered_at="2026-03-01T12:30:00+03:00",
        currency="RUB",
        lines=[{"product_id": "TEA-1", "name": "Green tea", "quantity": 2, "amount_minor": 149000}],
    )

    customer_id: Id | None = None
    """The shop's own id; a customer who is not known yet is created. Null: sold to somebody unknown."""
    customer: CustomerRef | None = None
    """Instead of `customer_id`: as a till named them in the quote. The key needs `loyalty:read` for it."""
    ordered_at: Moment
    currency: Currency
    lines: Annotated[list[LineTold], Field(min_length=1, max_length=LINES_MAX)]
    status: Status | None = None
    """Left out: as it is, and `completed` for a new one."""
    cancelled_at: Moment | None = None
    returns: Annotated[list[OrderReturnTold], Field(max_length=RETURNS_MAX)] | None = None
    """All returns so far; left out: those known stay. One by one they go to `PUT /returns/{id}`."""
    channel: Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    """By which way the customer came, a short code such as `search`."""
    branch_id: Id | None = None
    """The shop's own id of the branch; one that is not known yet is created. A till's key says it itself."""
    as_of: Moment | None = None
    """When the order stood like this: an older state never overwrites a newer one. Left out: now."""


class Orders(Shown):
    """A page of orders."""

    orders: list[OrderShown]
    next: Annotated[str | None, Field(description=NEXT)]


CustomerFilter = Annotated[Id | None, Query(description="Only those of this customer.")]
UpdatedSince = Annotated[
    Moment | None,
    Query(description="Only those changed since then, in the order of their changes."),
]


@routes.read("/orders", Scope.ORDERS_READ, Orders)
def list_orders(
    request: Call,
    limit: Limit = LIMIT,
    after: After = None,
    customer_id: CustomerFilter = None,
    updated_since: UpdatedSince = None,
) -> HttpResponse:
    """List orders.

    In the order in which they were first told of; with `updated_since` in that of their last changes. A
    till's key lists those of its branch.
    """
    ids = None
    if customer_id is not None:
        person = customers.person(known(customer_id).person_id)
        ids = person.profile_ids if person else []
    rows = queries.orders_page(
        after=_place(after, updated_since),
        limit=limit + 1,
        profile_ids=ids,
        updated_since=updated_since,
        branch_id=request.key.branch_id,
    )
    last = rows[limit - 1] if len(rows) > limit else None
    more = None if last is None else _wrapped(last, updated_since)
    return answer(Orders(orders=shown_orders(rows[:limit]), next=more))


@routes.read("/orders/{path:order_id}", Scope.ORDERS_READ, OrderShown)
def get_order(request: Call, order_id: OrderId) -> HttpResponse:
    """Get an order."""
    return answer(shown_orders([known_order(order_id, request.key)])[0])


@routes.write("PUT", "/orders/{path:order_id}", Scope.ORDERS_WRITE, {200: OrderShown, 201: OrderShown})
def put_order(request: Call, order_id: OrderId, body: OrderTold) -> HttpResponse:
    """Create an order, or bring one up to date.

    Always the whole order as it stands. It is the same order as one that came by file or by event under
    the same number. 201: it is new; 409 `stale`: a newer state is stored, and it stays.
    """
    who = None if body.customer is None else _named(request, order_id, body.customer, body.customer_id)
    profile_id = None if who is None else who.member.profile_id
    state, created = store_order(order_id, body, key=request.key, now=request.now, profile_id=profile_id)
    shown = shown_orders([state])[0]
    if who is not None and who.masked:
        shown = shown.model_copy(update={"customer_id": None})
    return answer(shown, 201 if created else 200)


def store_order(
    order_id: str, body: OrderTold, *, key: OfBranch, now: datetime, profile_id: int | None = None
) -> tuple[OrderState, bool]:
    """Store an order as it is told; gives it as it stands, and whether it is new.

    `profile_id`: whose it is, where `customer` named them. Raises Problem.
    """
    if profile_id is None and body.customer_id is not None:
        named_so = (SHOP, body.customer_id)
        profile_id = profiles.find_or_create_profiles(keys=[named_so], now=now)[named_so]
    if sum(line.amount_minor for line in body.lines) > AMOUNT_MAX:
        raise _refused(RefusedOrder.BAD_AMOUNT)
    order = _order(order_id, body, profile_id, key, now)
    recorded = services.record_orders(orders=[order], now=now)
    if reason := recorded.refused.get(order.key):
        raise _refused(reason)
    before = recorded.before.get(order.key)
    if before is not None:
        check_branch(key, before.branch_id)
    state = queries.order(SHOP, order_id)
    if state is None:
        raise missing("There is no order with this number.")
    check_branch(key, state.branch_id)
    # Of a late state the status may still be news, which is kept.
    if order.key in recorded.stale and order.key not in recorded.revisions:
        raise Problem(
            Code.STALE, f"This order is stored as of {state.as_of}, which is later. Nothing was changed."
        )
    return state, bool(recorded.created)


def known_order(order_id: str, key: OfBranch) -> OrderState:
    """The order of that number, if the key may see it. Raises Problem (`not_found`)."""
    state = queries.order(SHOP, order_id)
    if state is None or key.branch_id not in {None, state.branch_id}:
        raise missing("There is no order with this number.")
    return state


def may_write_of(order_id: str, stored_under: str | None, key: OfBranch) -> None:
    """Raise Problem unless a till's key may tell of something that belongs to this order.

    `stored_under`: the order it belongs to by now, which has to be of the till's branch too.
    """
    if key.branch_id is None:
        return
    known_order(order_id, key)
    if stored_under is not None:
        before = queries.order(SHOP, stored_under)
        check_branch(key, before.branch_id if before else None)


def _named(call: Call, order_id: str, ref: str, customer_id: str | None) -> Named:
    """Whose the order is. A QR may be old by the time the order is told again. Raises Problem."""
    if customer_id is not None:
        fault = Fault("customer", "named_twice", NAMED_TWICE)
        raise Problem(Code.REFUSED, f"{NAMED_TWICE}. Nothing was stored.", faults=[fault])
    if Scope.LOYALTY_READ not in call.key.scopes:
        raise Problem(Code.NOT_ALLOWED, f"To name a customer so, the key needs {Scope.LOYALTY_READ.value}.")
    # Not so a phone: under the number of a stored order one could try phones out without end.
    again = not ref.startswith("phone:") and queries.order(SHOP, order_id) is not None
    return named(call, ref, again=again)


def _order(order_id: str, told: OrderTold, profile_id: int | None, of: OfBranch, now: datetime) -> Order:
    products = _products(told.lines)
    returns = None
    if told.returns is not None:
        returns = tuple(
            OrderReturn(
                returned_at=one.returned_at,
                amount_minor=one.amount_minor,
                quantity=one.quantity,
                line=one.line,
            )
            for one in told.returns
        )
    return Order(
        source=SHOP,
        external_id=order_id,
        profile_id=profile_id,
        ordered_at=told.ordered_at,
        currency=told.currency,
        lines=tuple(
            OrderLine(
                amount_minor=line.amount_minor,
                quantity=line.quantity,
                product_id=None if line.product_id is None else products[line.product_id],
            )
            for line in told.lines
        ),
        returns=returns,
        status=None if told.status is None else OrderStatus(told.status),
        cancelled_at=told.cancelled_at,
        channel=told.channel.strip(),
        branch_id=branch_of(told.branch_id, of),
        as_of=told.as_of or now,
    )


def branch_of(told: str | None, key: OfBranch) -> int | None:
    """The branch that is meant: a till's key says it itself. Raises Problem for another one."""
    if told is None:
        return key.branch_id
    if key.branch_id is not None:
        ours = {branch.external_id: branch.id for branch in queries.branches()}
        check_branch(key, ours.get(told))
        return key.branch_id
    new = NewBranch(source=SHOP, external_id=told, name=told)
    return services.upsert_branches(branches=[new])[new.key]


def _products(lines: Sequence[LineTold]) -> dict[str, int]:
    """Ids of the products by the shop's own; of several words about one the last that says something."""
    told: dict[str, NewProduct] = {}
    for line in lines:
        if line.product_id is None:
            continue
        before = told.get(line.product_id)
        told[line.product_id] = NewProduct(
            source=SHOP,
            external_id=line.product_id,
            name=line.name.strip() or (before.name if before else ""),
            category=line.category.strip() or (before.category if before else ""),
        )
    if not told:
        return {}
    stored = services.upsert_products(products=list(told.values()))
    return {external_id: stored[product.key] for external_id, product in told.items()}


def _refused(reason: RefusedOrder) -> Problem:
    places = {
        RefusedOrder.BAD_AMOUNT: ("lines", f"All lines together come to more than {AMOUNT_MAX}"),
        RefusedOrder.BAD_RETURN: ("returns", "A return names a line that the order does not have"),
        RefusedOrder.IN_THE_FUTURE: (
            "ordered_at",
            "This moment is more than two days ahead; put the clock and the zone right and tell of it again",
        ),
    }
    field, words = places.get(reason, ("", "This cannot be stored"))
    return Problem(
        Code.REFUSED,
        f"The order cannot be stored: {reason.value}. {words}.",
        faults=[Fault(field, reason.value, words)],
    )


def _place(after: str | None, updated_since: datetime | None) -> OrderPlace | None:
    if after is None:
        return None
    if updated_since is None:
        return OrderPlace(int(cursors.unwrap(PAGE, after, int)[0]))
    moment, id_ = cursors.unwrap(PAGE_BY_CHANGE, after, str, int)
    return OrderPlace(int(id_), cursors.moment(str(moment)))


def _wrapped(last: OrderState, updated_since: datetime | None) -> str:
    if updated_since is None or last.updated_at is None:
        return cursors.wrap(PAGE, [last.id])
    return cursors.wrap(PAGE_BY_CHANGE, [last.updated_at.isoformat(), last.id])
