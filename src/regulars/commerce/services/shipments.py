"""Storing how orders come to their customers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from regulars.commerce.rules.checking import shipment_refused
from regulars.commerce.rules.merging import merged_shipment
from regulars.commerce.services import links, telling
from regulars.commerce.services.telling import NamedOrder, Telling
from regulars.commerce.types import (
    NewShipment,
    RecordedShipments,
    RefusedShipment,
    ShipmentStatus,
    SourceKey,
    Told,
)

SHIPMENTS_MAX = 5_000
"""Most shipments in one transaction: an open write holds the readers of the log back."""

_INSERT = """
INSERT INTO commerce_shipment (source, external_id, backfill, order_external_id, status, carrier, tracking,
                               promised_at, shipped_at, delivered_at, as_of, order_id, told)
SELECT t.* FROM unnest(%s::text[], %s::text[], %s::boolean[], %s::text[], %s::text[], %s::text[], %s::text[],
                       %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[],
                       %s::bigint[], %s::text[]) AS t(source, external_id)
ORDER BY source, external_id
ON CONFLICT (source, external_id) DO NOTHING
RETURNING id, source, external_id
"""
_LOCK = """
SELECT s.id, s.revision, s.told, s.source, s.external_id, s.order_external_id, s.status, s.carrier,
       s.tracking, s.promised_at, s.shipped_at, s.delivered_at, s.as_of
FROM commerce_shipment AS s
JOIN unnest(%s::text[], %s::text[]) AS k(source, external_id) USING (source, external_id)
ORDER BY s.id FOR NO KEY UPDATE OF s
"""
_UPDATE = """
UPDATE commerce_shipment AS s
SET revision = t.revision, order_external_id = t.order_external_id, status = t.status, carrier = t.carrier,
    tracking = t.tracking, promised_at = t.promised_at, shipped_at = t.shipped_at,
    delivered_at = t.delivered_at, as_of = t.as_of, order_id = t.order_id, told = t.told
FROM unnest(%s::bigint[], %s::integer[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[],
            %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::bigint[], %s::text[])
    AS t(id, revision, order_external_id, status, carrier, tracking, promised_at, shipped_at, delivered_at,
         as_of, order_id, told)
WHERE s.id = t.id
"""
_LINK = """
WITH awaiting AS (
    SELECT s.id, o.id AS order_id, o.profile_id FROM commerce_order AS o
    JOIN commerce_shipment AS s ON s.source = o.source AND s.order_external_id = o.external_id
        AND s.order_id IS NULL
    WHERE o.id = ANY(%(orders)s)
    ORDER BY s.id FOR NO KEY UPDATE OF s
)
UPDATE commerce_shipment AS s
SET order_id = a.order_id,
    told = CASE WHEN s.told <> 'not_yet' THEN s.told
                WHEN s.backfill OR %(backfill)s THEN 'backfill' ELSE 'live' END
FROM awaiting AS a WHERE s.id = a.id
RETURNING a.order_id, a.profile_id, s.id, s.revision, s.told, s.source, s.external_id, s.order_external_id,
          s.status, s.carrier, s.tracking, s.promised_at, s.shipped_at, s.delivered_at, s.as_of
"""
_UNLINK = """
WITH held AS (
    SELECT id, told FROM commerce_shipment WHERE order_id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
)
UPDATE commerce_shipment AS s
SET order_id = NULL, told = CASE s.told WHEN 'backfill' THEN 'not_yet' ELSE s.told END
FROM held AS h WHERE s.id = h.id
RETURNING s.id, s.revision, h.told
"""


@dataclass(frozen=True, slots=True)
class _Row:
    """A shipment as it is stored, or will be. `promised`: that its promised moment is news."""

    id: int
    revision: int
    told: Told
    shipment: NewShipment
    promised: bool = True


@transaction.atomic
def record_shipments(
    *, shipments: Sequence[NewShipment], now: datetime, backfill: bool = False
) -> RecordedShipments:
    """Store shipments whole, by (source, external id); of several tellings of one the newest holds.

    One that names an order nobody knows yet waits for it. Records `delivery_promised`, `order_shipped` and
    `order_delivered`, each with its own moment, as soon as the order is known.

    Raises ValueError above SHIPMENTS_MAX.
    """
    if len(shipments) > SHIPMENTS_MAX:
        raise ValueError(f"{len(shipments)} shipments in one batch; the most is {SHIPMENTS_MAX}")
    wanted, refused = _sorted_out(shipments, now)
    if not wanted:
        return RecordedShipments({}, 0, 0, refused, frozenset())
    named = set(map(_named, wanted.values()))
    links.enter({source for source, _ in wanted}, named)
    orders = links.orders_of_keys(named)
    new = {
        key: _Row(0, 1, _told(None, orders.get(_named(one)), backfill), one) for key, one in wanted.items()
    }
    created = _insert(new, orders, now, backfill)
    changed, confirmed, stale, ids = [], [], set(), dict(created)
    for row in _lock(key for key in wanted if key not in created):
        before, told = row.shipment, wanted[row.shipment.key]
        ids[told.key] = row.id
        end = merged_shipment(before, told, now)
        if end is None:
            stale.add(told.key)
        elif replace(end, as_of=before.as_of) == before:
            confirmed += [replace(row, shipment=end)] if end != before else []
        else:
            state = _told(row.told, orders.get(_named(end)), backfill)
            is_news = end.promised_at != before.promised_at
            changed.append(_Row(row.id, row.revision + 1, state, end, is_news))
    _update([*changed, *confirmed], orders, now)
    happened = [replace(new[key], id=id_) for key, id_ in created.items()] + changed
    of_known = [(row, order) for row in happened if (order := orders.get(_named(row.shipment)))]
    telling.record([one for row, order in of_known for one in _tell(row, order, now)], now)
    return RecordedShipments(ids, len(created), len(changed), refused, frozenset(stale))


def link(order_ids: Sequence[int], *, now: datetime, backfill: bool) -> list[Telling]:
    """Let shipments that wait for these orders be of them; gives what is to be told of it."""
    with connection.cursor() as cursor:
        cursor.execute(_LINK, {"orders": list(order_ids), "backfill": backfill})
        return [
            one
            for order_id, profile_id, *values in cursor.fetchall()
            for one in _tell(_row(*values), NamedOrder(order_id, profile_id, 0, ""), now)
        ]


def unlink(order_ids: Sequence[int]) -> list[str]:
    """Let the shipments of these orders wait for them again; gives the keys of what the log is to forget."""
    with connection.cursor() as cursor:
        cursor.execute(_UNLINK, [list(order_ids)])
        rows = cursor.fetchall()
    return [
        key
        for id_, revision, told in rows
        if told == Told.BACKFILL
        for key in telling.keys_of_shipment(id_, revision)
    ]


def _sorted_out(
    shipments: Sequence[NewShipment], now: datetime
) -> tuple[dict[SourceKey, NewShipment], Mapping[SourceKey, RefusedShipment]]:
    wanted: dict[SourceKey, NewShipment] = {}
    refused: dict[SourceKey, RefusedShipment] = {}
    for told in shipments:
        if reason := shipment_refused(told):
            refused[told.key] = reason
            continue
        # A source whose clock is ahead must not lock out what follows.
        one = replace(told, as_of=told.as_of and min(told.as_of, now))
        before = wanted.get(told.key)
        wanted[told.key] = one if before is None else merged_shipment(before, one, now) or before
    return wanted, refused


def _named(shipment: NewShipment) -> SourceKey:
    return shipment.source, shipment.order_external_id


def _told(before: Told | None, order: NamedOrder | None, backfill: bool) -> Told:
    if order is None:
        return before or Told.NOT_YET
    return Told.BACKFILL if backfill and before is not Told.LIVE else Told.LIVE


def _tell(row: _Row, order: NamedOrder, now: datetime) -> list[Telling]:
    events = telling.of_shipment(row.id, row.revision, row.shipment, order, now, row.promised)
    return [Telling(event, row.told is Told.BACKFILL) for event in events]


def _insert(
    rows: Mapping[SourceKey, _Row], orders: Mapping[SourceKey, NamedOrder], now: datetime, backfill: bool
) -> dict[SourceKey, int]:
    values = [(*key, backfill, *_values(row, orders, now)) for key, row in rows.items()]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, _columns(values))
        return {(source, external_id): id_ for id_, source, external_id in cursor.fetchall()}


def _lock(keys: Iterable[SourceKey]) -> list[_Row]:
    wanted = list(keys)
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, _columns(wanted))
        return [_row(*values) for values in cursor.fetchall()]


def _update(rows: Sequence[_Row], orders: Mapping[SourceKey, NamedOrder], now: datetime) -> None:
    if rows:
        values = [(row.id, row.revision, *_values(row, orders, now)) for row in rows]
        with connection.cursor() as cursor:
            cursor.execute(_UPDATE, _columns(values))


def _values(row: _Row, orders: Mapping[SourceKey, NamedOrder], now: datetime) -> tuple[Any, ...]:
    one = row.shipment
    order = orders.get(_named(one))
    return (
        one.order_external_id,
        one.status.value,
        one.carrier,
        one.tracking,
        one.promised_at,
        one.shipped_at,
        one.delivered_at,
        one.as_of or now,
        order.id if order else None,
        row.told.value,
    )


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _row(id_: int, revision: int, told: str, *values: Any) -> _Row:
    source, external_id, order_external_id, status, carrier, tracking, *moments = values
    promised_at, shipped_at, delivered_at, as_of = moments
    shipment = NewShipment(
        source=source,
        external_id=external_id,
        order_external_id=order_external_id,
        status=ShipmentStatus(status),
        carrier=carrier,
        tracking=tracking,
        promised_at=promised_at,
        shipped_at=shipped_at,
        delivered_at=delivered_at,
        as_of=as_of,
    )
    return _Row(id_, revision, Told(told), shipment)
