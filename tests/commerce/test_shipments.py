"""The way of an order to its customer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.commerce.conftest import NOON, NOW, Shop
from tests.commerce.test_credits import rows

from regulars.commerce import models, queries, services
from regulars.commerce.types import (
    NewShipment,
    OrderChange,
    RecordedShipments,
    RefusedShipment,
    ShipmentRow,
    ShipmentStatus,
)
from regulars.events.models import Event

HOUR = timedelta(hours=1)
SENT = NewShipment(
    source="shop",
    external_id="S1",
    order_external_id="A1",
    status=ShipmentStatus.SHIPPED,
    carrier="СДЭК",
    tracking="100",
    promised_at=NOON + 48 * HOUR,
    shipped_at=NOON + HOUR,
)


def ship(*shipments: NewShipment, **values: Any) -> RecordedShipments:
    return services.record_shipments(shipments=shipments, now=NOW, **values)


def told() -> list[tuple[Any, ...]]:
    names = ("delivery_promised", "order_shipped", "order_delivered")
    found = Event.objects.filter(name__in=names).order_by("name", "id")
    return list(found.values_list("name", "occurred_at", "profile_id", "properties__promised_at"))


def test_a_shipment_is_told_of_once_its_order_is_known(shop: Shop) -> None:
    done = ship(SENT)
    assert (done.created, told()) == (1, [])
    shop.record(shop.order("A1"))
    customer = shop.profiles[0]
    promised = (NOON + 48 * HOUR).isoformat()
    assert told() == [
        ("delivery_promised", NOW, customer, promised),
        ("order_shipped", NOON + HOUR, customer, None),
    ]
    order_id = models.Order.objects.get().pk
    assert queries.shipments_of([order_id, 0]) == {
        order_id: [
            ShipmentRow(
                done.ids["shop", "S1"],
                "shop",
                "S1",
                "A1",
                order_id,
                ShipmentStatus.SHIPPED,
                "СДЭК",
                "100",
                NOON + 48 * HOUR,
                NOON + HOUR,
                None,
                NOW,
            )
        ],
        0: [],
    }
    # Told of again, with a new promise, and then that it is there.
    late = replace(SENT, promised_at=NOON + 72 * HOUR)
    there = replace(late, status=ShipmentStatus.DELIVERED, delivered_at=NOON + 50 * HOUR)
    assert [ship(SENT).changed, ship(late).changed, ship(there).changed, ship(there).changed] == [0, 1, 1, 0]
    assert [name for name, *_ in told()] == [
        "delivery_promised",
        "delivery_promised",
        "order_delivered",
        "order_shipped",
    ]
    assert queries.shipment("shop", "S1") == queries.shipments_of([order_id])[order_id][0]
    assert queries.shipment("shop", "none") is None


def test_an_older_state_never_overwrites_a_newer_one(shop: Shop) -> None:
    shop.record(shop.order("A1"))
    there = replace(SENT, status=ShipmentStatus.DELIVERED, as_of=NOON + 9 * HOUR)
    ship(there)
    done = ship(replace(SENT, as_of=NOON + 3 * HOUR))
    assert (done.changed, done.stale) == (0, {("shop", "S1")})
    assert rows("SELECT status FROM commerce_shipment") == [("delivered",)]
    # In one batch as well, whatever their order.
    lost = replace(SENT, status=ShipmentStatus.LOST, as_of=NOON + 20 * HOUR)
    assert ship(lost, replace(SENT, as_of=NOON + 4 * HOUR)).changed == 1
    assert rows("SELECT status, as_of FROM commerce_shipment") == [("lost", NOON + 20 * HOUR)]


def test_undoing_the_order_leaves_the_shipment_waiting(shop: Shop) -> None:
    ship(SENT, backfill=True)
    brought = shop.record(shop.order("A1"), backfill=True)
    assert len(told()) == 2
    changes = [OrderChange(key, number, None) for key, number in brought.revisions.items()]
    services.undo_orders(changes=changes, now=NOW)
    assert (told(), rows("SELECT order_id, told FROM commerce_shipment")) == ([], [(None, "not_yet")])
    # What was told as it happened stays told, and is not told again.
    ship(replace(SENT, external_id="S2"))
    shop.record(shop.order("A1"), backfill=False)
    assert [name for name, *_ in told()] == ["delivery_promised"] * 2 + ["order_shipped"] * 2


def test_what_cannot_be_stored_is_refused(shop: Shop) -> None:
    bad = {
        RefusedShipment.NO_ID: replace(SENT, external_id=""),
        RefusedShipment.BAD_ID: replace(SENT, external_id="x" * 201),
        RefusedShipment.NO_ORDER: replace(SENT, external_id="a", order_external_id=""),
        RefusedShipment.BAD_ORDER: replace(SENT, external_id="b", order_external_id="x\0"),
        RefusedShipment.BAD_DATE: replace(SENT, external_id="c", as_of=NOON.replace(tzinfo=None)),
        RefusedShipment.BAD_TEXT: replace(SENT, external_id="d", tracking="\0"),
    }
    done = ship(*bad.values(), SENT)
    assert done.refused == {one.key: reason for reason, one in bad.items()}
    assert list(done.ids) == [("shop", "S1")]
