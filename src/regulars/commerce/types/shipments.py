"""Shipments: the way of an order to its customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from regulars.commerce.types.changes import SourceKey


class ShipmentStatus(StrEnum):
    PENDING = "pending"
    """Not sent yet."""
    SHIPPED = "shipped"
    READY = "ready"
    """Waits to be collected."""
    DELIVERED = "delivered"
    RETURNED = "returned"
    LOST = "lost"
    CANCELLED = "cancelled"


class RefusedShipment(StrEnum):
    """Why a shipment was set aside."""

    NO_ID = "no_shipment_id"
    BAD_ID = "bad_shipment_id"
    NO_ORDER = "no_order_id"
    BAD_ORDER = "bad_order_id"
    BAD_DATE = "bad_date"
    BAD_TEXT = "bad_text"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShipment:
    """A shipment whole, as its source tells of it; it may be told of before its order is."""

    source: str
    external_id: str
    order_external_id: str
    status: ShipmentStatus
    carrier: str = ""
    tracking: str = ""
    promised_at: datetime | None = None
    """By when the customer was told it would be there."""
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    as_of: datetime | None = None
    """When the source said so; an older state never overwrites a newer one. None: now."""

    @property
    def key(self) -> SourceKey:
        return self.source, self.external_id


@dataclass(frozen=True, slots=True)
class RecordedShipments:
    """What became of a batch. `stale`: told of as they were before what is stored, and left alone."""

    ids: Mapping[SourceKey, int]
    created: int
    changed: int
    refused: Mapping[SourceKey, RefusedShipment]
    stale: frozenset[SourceKey]


@dataclass(frozen=True, slots=True)
class ShipmentRow:
    """A shipment as it stands; `order_id` is None while its order is not known."""

    id: int
    source: str
    external_id: str
    order_external_id: str
    order_id: int | None
    status: ShipmentStatus
    carrier: str
    tracking: str
    promised_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    as_of: datetime
