"""What orders come to, many at once, without their lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from tests.commerce.conftest import NOON, NOW, Shop

from regulars.commerce import queries, services
from regulars.commerce.types import (
    Cancellation,
    NewRefund,
    NewShipment,
    OrderLine,
    OrderStanding,
    RefundLine,
    ShipmentStatus,
)


def standing(shop: Shop, number: str = "A1", **at: object) -> OrderStanding:
    ids = queries.order_ids([("shop", number), ("shop", "nobody")])
    assert ids.keys() == {("shop", number)}
    (found,) = queries.order_standings(list(ids.values()), **at).values()  # type: ignore[arg-type]
    return found


def test_returns_and_credits_are_taken_off(shop: Shop) -> None:
    shop.record(shop.order("A1", 500, 250, returns=(shop.back(100, line=1),)))
    shop.give_back(shop.credit("C1", 50, order_external_id="A1"))
    found = standing(shop)
    assert (found.amount_minor, found.returned_minor, found.net_minor) == (750, 150, 600)
    assert (found.source, found.external_id, found.profile_id) == ("shop", "A1", shop.profiles[0])
    shop.give_back(shop.credit("C2", 5_000, order_external_id="A1"))
    assert standing(shop).net_minor == 0


def test_as_it_stood_before_it_was_given_back_and_cancelled(shop: Shop) -> None:
    shop.record(shop.order("A1", 500, returns=(shop.back(100, days=2),)))
    gone = Cancellation(source="shop", external_id="A1", cancelled_at=NOON + timedelta(days=3))
    services.cancel_orders(cancellations=[gone], now=NOW)
    assert standing(shop).net_minor == 0
    assert standing(shop, at=NOON + timedelta(days=2)).net_minor == 400
    assert standing(shop, at=NOON + timedelta(days=1)).net_minor == 500
    assert not standing(shop, at=NOON).is_cancelled


def test_an_order_has_arrived_with_its_last_shipment(shop: Shop) -> None:
    shop.record(shop.order())
    assert not standing(shop).is_sent
    sent = NewShipment(
        source="shop",
        external_id="S1",
        order_external_id="A1",
        status=ShipmentStatus.DELIVERED,
        delivered_at=NOON + timedelta(days=1),
        as_of=NOON + timedelta(days=1),
    )
    lost = replace(sent, external_id="S2", status=ShipmentStatus.LOST, delivered_at=None)
    last = replace(sent, external_id="S3", status=ShipmentStatus.SHIPPED, delivered_at=None)
    services.record_shipments(shipments=[sent, lost, last], now=NOW)
    assert (standing(shop).is_sent, standing(shop).delivered_at) == (True, None)
    arrived = NOON + timedelta(days=4)
    there = replace(last, status=ShipmentStatus.DELIVERED, delivered_at=arrived, as_of=arrived)
    services.record_shipments(shipments=[there], now=NOW)
    assert standing(shop).delivered_at == arrived


def test_what_was_for_nothing_comes_back_by_pieces(shop: Shop) -> None:
    lines = (
        OrderLine(amount_minor=0, quantity=Decimal(3), product_id=shop.tea),
        OrderLine(amount_minor=0, quantity=Decimal(1), product_id=shop.coffee),
    )
    shop.record(shop.order(lines=lines))
    assert not standing(shop).returned_pieces
    refund = NewRefund(
        source="shop",
        external_id="R1",
        order_external_id="A1",
        refunded_at=NOON + timedelta(days=1),
        lines=(RefundLine(product="t", quantity=Decimal(2)),),
    )
    services.record_refunds(refunds=[refund], now=NOW)
    assert standing(shop).returned_pieces == Decimal("0.5")
    rest = replace(refund, external_id="R2", lines=())
    services.record_refunds(refunds=[rest], now=NOW)
    assert standing(shop).returned_pieces == 1
