"""Storing orders as their source tells of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from regulars.commerce.locks import LockedOrder, lock_orders
from regulars.commerce.rules import as_stored, occasions, reason_to_refuse
from regulars.commerce.services import rows
from regulars.commerce.types import Order, RecordedOrders, RefusedOrder, SourceKey
from regulars.events import services as events
from regulars.events.types import NewEvent

ORDERS_MAX = 5_000
"""Most orders in one transaction, about a second's work: an open write holds the readers of the log back."""


@transaction.atomic
def record_orders(*, orders: Sequence[Order], now: datetime, backfill: bool = False) -> RecordedOrders:
    """Store orders whole, by (source, external id); the last of each in the batch wins.

    New ones are added; known ones that differ are changed and counted once; the same batch again changes
    nothing. What cannot be stored is refused with its reason and stops nobody else. Records
    `order_completed`, `order_cancelled`, `order_refunded` and `order_updated`.

    Raises ValueError above ORDERS_MAX.
    """
    if len(orders) > ORDERS_MAX:
        raise ValueError(f"{len(orders)} orders in one batch; the most is {ORDERS_MAX}")
    wanted, refused = _sorted_out(orders)
    known = lock_orders(wanted)
    missing = [order for key, order in wanted.items() if key not in known]
    created = rows.insert_orders(missing)
    # What another batch stored while we looked: it is there now.
    known |= lock_orders(order.key for order in missing if order.key not in created)
    changed = {key: stored for key, stored in known.items() if stored.order != wanted[key]}
    rows.update_orders([(stored.id, wanted[key]) for key, stored in changed.items()])
    written = created | {key: stored.id for key, stored in changed.items()}
    rows.write_lines([(id_, wanted[key]) for key, id_ in written.items()])
    rows.write_returns([(id_, wanted[key]) for key, id_ in written.items()])
    happened = [
        event
        for key, id_ in sorted(written.items(), key=lambda item: wanted[item[0]].ordered_at)
        for event in _events(id_, changed.get(key), wanted[key], now)
    ]
    events.record(happened, now=now, backfill=backfill)
    ids = created | {key: stored.id for key, stored in known.items()}
    return RecordedOrders(ids, len(created), len(changed), refused)


def _sorted_out(
    orders: Sequence[Order],
) -> tuple[dict[SourceKey, Order], Mapping[SourceKey, RefusedOrder]]:
    wanted: dict[SourceKey, Order] = {}
    refused: dict[SourceKey, RefusedOrder] = {}
    for given in orders:
        order = as_stored(given)
        reason = reason_to_refuse(order)
        if reason is None:
            wanted[order.key] = order
        else:
            refused[order.key] = reason
    return wanted, refused


def _events(id_: int, before: LockedOrder | None, after: Order, now: datetime) -> list[NewEvent]:
    # The revision tells one change from the next of the same kind; under the lock it is taken once.
    revision = before.revision + 1 if before else 1
    return [
        NewEvent(
            type=occasion.type,
            source="commerce",
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
