"""How orders come to their customers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpResponse
from ninja import Path
from pydantic import Field

from regulars.api.rest.access import alone_with
from regulars.api.rest.call import Call, answer
from regulars.api.rest.fields import TEXT_PATTERN, Id, Moment, Shown, Told, sample
from regulars.api.rest.orders import OrderId, known_order, may_write_of
from regulars.api.rest.problems import Code, Fault, Problem, missing
from regulars.api.rest.routes import Routes
from regulars.commerce import queries, services
from regulars.commerce.types import NewShipment, ShipmentRow, ShipmentStatus
from regulars.customers.types import SHOP
from regulars.team.types import Scope

routes = Routes("Shipments")
ShipmentId = Annotated[Id, Path(description="The shop's own id of the shipment.", examples=["S-5"])]
Status = Literal["pending", "shipped", "ready", "delivered", "returned", "lost", "cancelled"]
Words = Annotated[str, Field(max_length=200, pattern=TEXT_PATTERN)]


class ShipmentTold(Told):
    """A shipment whole, as it stands now."""

    model_config = sample(
        order_id="2026-1001",
        status="shipped",
        carrier="Post",
        promised_at="2026-03-04T18:00:00+03:00",
        shipped_at="2026-03-02T09:00:00+03:00",
    )

    order_id: Id
    status: Status
    """`ready`: it waits to be collected."""
    carrier: Words = ""
    tracking: Words = ""
    promised_at: Moment | None = None
    """By when the customer was told it would be there."""
    shipped_at: Moment | None = None
    delivered_at: Moment | None = None
    as_of: Moment | None = None
    """When it stood like this: an older state never overwrites a newer one. Left out: now."""


class Shipment(Shown):
    """A shipment as it is stored."""

    id: str
    order_id: str
    order_known: bool
    """False: it waits for its order to be told of."""
    status: Status
    carrier: str
    tracking: str
    promised_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    as_of: datetime


class Shipments(Shown):
    """All shipments of an order."""

    shipments: list[Shipment]


@routes.write("PUT", "/shipments/{path:shipment_id}", Scope.ORDERS_WRITE, {200: Shipment, 201: Shipment})
def put_shipment(request: Call, shipment_id: ShipmentId, body: ShipmentTold) -> HttpResponse:
    """Tell of a shipment, or how it stands now.

    Its order may become known later; for a till's key it has to be one of its branch. 201: it is new;
    409 `stale`: a newer state is stored, and it stays.
    """
    alone_with("shipment", shipment_id)
    stored = queries.shipment(SHOP, shipment_id)
    may_write_of(body.order_id, stored.order_external_id if stored else None, request.key)
    new = NewShipment(
        source=SHOP,
        external_id=shipment_id,
        order_external_id=body.order_id,
        status=ShipmentStatus(body.status),
        carrier=body.carrier.strip(),
        tracking=body.tracking.strip(),
        promised_at=body.promised_at,
        shipped_at=body.shipped_at,
        delivered_at=body.delivered_at,
        as_of=body.as_of or request.now,
    )
    recorded = services.record_shipments(shipments=[new], now=request.now)
    if reason := recorded.refused.get(new.key):
        words = "This shipment cannot be stored as it is told"
        faults = [Fault("", reason.value, words)]
        raise Problem(Code.REFUSED, f"{words} ({reason.value}). Nothing was stored.", faults=faults)
    row = queries.shipment(SHOP, shipment_id)
    if row is None or new.key in recorded.stale:
        raise Problem(Code.STALE, "A newer state of this shipment is stored. Nothing was changed.")
    return answer(_shown(row), 201 if recorded.created else 200)


@routes.read("/shipments/{path:shipment_id}", Scope.ORDERS_READ, Shipment)
def get_shipment(request: Call, shipment_id: ShipmentId) -> HttpResponse:
    """Get a shipment."""
    row = queries.shipment(SHOP, shipment_id)
    if row is None:
        raise missing("There is no shipment with this id.")
    if request.key.branch_id is not None:
        known_order(row.order_external_id, request.key)
    return answer(_shown(row))


@routes.read("/orders/{path:order_id}/shipments", Scope.ORDERS_READ, Shipments)
def list_shipments(request: Call, order_id: OrderId) -> HttpResponse:
    """List the shipments of an order."""
    order = known_order(order_id, request.key)
    rows = queries.shipments_of([order.id])[order.id]
    return answer(Shipments(shipments=[_shown(row) for row in rows]))


def _shown(row: ShipmentRow) -> Shipment:
    return Shipment(
        id=row.external_id,
        order_id=row.order_external_id,
        order_known=row.order_id is not None,
        status=row.status.value,
        carrier=row.carrier,
        tracking=row.tracking,
        promised_at=row.promised_at,
        shipped_at=row.shipped_at,
        delivered_at=row.delivered_at,
        as_of=row.as_of,
    )
