"""What the log is told of orders and credits, and under which keys, so that it can be taken out again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from regulars.commerce.locks import LockedOrder
from regulars.commerce.rules.occasions import occasions, occasions_max
from regulars.commerce.types import (
    DELIVERY_PROMISED,
    ORDER_DELIVERED,
    ORDER_REFUNDED,
    ORDER_SHIPPED,
    ORDER_UPDATED,
    NewShipment,
    Order,
    ShipmentStatus,
)
from regulars.events import services as events
from regulars.events.types import EventType, NewEvent

SOURCE = "commerce"


@dataclass(frozen=True, slots=True)
class NamedOrder:
    """An order as far as a credit that names it has to know it."""

    id: int
    profile_id: int | None
    amount_minor: int
    currency: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class Telling:
    """An event to be recorded, and whether it only fills history."""

    event: NewEvent
    backfill: bool


def of_order(id_: int, before: LockedOrder | None, after: Order, now: datetime) -> list[NewEvent]:
    """What happened to an order that is new or was changed."""
    # The revision tells one change from the next of the same kind; under the lock it is taken once.
    revision = before.revision + 1 if before else 1
    return [
        NewEvent(
            type=occasion.type,
            source=SOURCE,
            key=f"order:{id_}:{revision}:{place}",
            occurred_at=occasion.occurred_at or now,
            profile_id=after.profile_id,
            properties={
                "order_id": id_,
                "number": after.external_id,
                "amount_minor": occasion.amount_minor,
                "currency": after.currency,
            },
        )
        for place, occasion in enumerate(occasions(before.order if before else None, after))
    ]


def keys_of_order(id_: int, order: Order, revisions: Iterable[int]) -> list[str]:
    """All keys under which the log may have been told of these revisions of an order in this state."""
    places = range(occasions_max(order))
    return [f"order:{id_}:{revision}:{place}" for revision in revisions for place in places]


def refund_key(credit_id: int) -> str:
    """Under which the log is told once, and no more, that money was given back."""
    return f"credit:{credit_id}"


def correction_key(credit_id: int, revision: int) -> str:
    """Under which the log is told that a credit was changed."""
    return f"credit:{credit_id}:{revision}"


def left_key(credit_id: int, revision: int) -> str:
    """Under which the log is told that a credit is not of an order any more."""
    return f"credit:{credit_id}:{revision}:left"


def keys_of_change(credit_id: int, revision: int) -> list[str]:
    """All keys under which the log may have been told that a credit was changed."""
    return [key(credit_id, revision) for key in (correction_key, left_key)]


def keys_of_credit(id_: int, told_revision: int, revision: int) -> list[str]:
    """All keys under which the log may have been told of a credit."""
    changes = range(told_revision + 1, revision + 1)
    return [refund_key(id_), *(key for number in changes for key in keys_of_change(id_, number))]


def of_refund(
    *,
    credit_id: int,
    number: str,
    amount_minor: int,
    currency: str,
    credited_at: datetime,
    order_id: int | None,
    profile_id: int | None,
) -> NewEvent:
    """Money given back by a credit: for the order it names, or for none."""
    properties: dict[str, object] = {
        "credit_id": credit_id,
        "number": number,
        "amount_minor": amount_minor,
        "currency": currency,
    }
    return NewEvent(
        type=ORDER_REFUNDED,
        source=SOURCE,
        key=refund_key(credit_id),
        occurred_at=credited_at,
        profile_id=profile_id,
        properties=properties if order_id is None else properties | {"order_id": order_id},
    )


def of_correction(credit_id: int, key: str, number: str, order: NamedOrder, now: datetime) -> NewEvent:
    """A credit of an order was changed, and with it what is left of the order."""
    return NewEvent(
        type=ORDER_UPDATED,
        source=SOURCE,
        key=key,
        occurred_at=now,
        profile_id=order.profile_id,
        properties={
            "order_id": order.id,
            "credit_id": credit_id,
            "number": number,
            "amount_minor": order.amount_minor,
            "currency": order.currency,
        },
    )


def keys_of_shipment(id_: int, revision: int) -> list[str]:
    """All keys under which the log may have been told of a shipment."""
    promises = [f"shipment:{id_}:promised:{number}" for number in range(1, revision + 1)]
    return [f"shipment:{id_}:shipped", f"shipment:{id_}:delivered", *promises]


def of_shipment(
    id_: int, revision: int, shipment: NewShipment, order: NamedOrder, now: datetime, promised: bool
) -> list[NewEvent]:
    """How far an order is on its way; that it was sent and that it was delivered is told once each.

    `promised`: whether the promised moment is news.
    """
    said = shipment.as_of or now
    found: list[tuple[EventType, str, datetime, dict[str, object]]] = []
    if promised and shipment.promised_at:
        promise: dict[str, object] = {"promised_at": shipment.promised_at.isoformat()}
        found.append((DELIVERY_PROMISED, f"promised:{revision}", said, promise))
    if shipment.shipped_at or shipment.status is ShipmentStatus.SHIPPED:
        found.append((ORDER_SHIPPED, "shipped", shipment.shipped_at or said, {}))
    if shipment.delivered_at or shipment.status is ShipmentStatus.DELIVERED:
        found.append((ORDER_DELIVERED, "delivered", shipment.delivered_at or said, {}))
    return [
        NewEvent(
            type=type_,
            source=SOURCE,
            key=f"shipment:{id_}:{key}",
            occurred_at=moment,
            profile_id=order.profile_id,
            properties={
                "order_id": order.id,
                "shipment_id": id_,
                "number": shipment.order_external_id,
                "carrier": shipment.carrier,
                **more,
            },
        )
        for type_, key, moment, more in found
    ]


def record(tellings: Sequence[Telling], now: datetime) -> None:
    """Record events in the order of their moments; those that only fill history by themselves."""
    in_order = sorted(tellings, key=lambda telling: telling.event.occurred_at)
    for backfill in (True, False):
        wanted = [telling.event for telling in in_order if telling.backfill is backfill]
        if wanted:
            events.record(wanted, now=now, backfill=backfill)
