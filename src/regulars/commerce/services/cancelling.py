"""Cancellations that are told by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from regulars.commerce.locks import lock_orders
from regulars.commerce.rules.checking import id_refused
from regulars.commerce.rules.merging import cancelled
from regulars.commerce.services import links, orders, rows
from regulars.commerce.services.orders import ORDERS_MAX, Happened
from regulars.commerce.types import Cancellation, CancelledOrders, RefusedOrder, SourceKey

_KEEP = """
INSERT INTO commerce_cancellation AS c (source, external_id, cancelled_at)
SELECT * FROM unnest(%s::text[], %s::text[], %s::timestamptz[]) AS t(source, external_id)
ORDER BY source, external_id
ON CONFLICT (source, external_id) DO UPDATE SET cancelled_at = greatest(c.cancelled_at, excluded.cancelled_at)
"""


@transaction.atomic
def cancel_orders(
    *, cancellations: Sequence[Cancellation], now: datetime, backfill: bool = False
) -> CancelledOrders:
    """Cancel orders, by (source, external id); one that is not known yet will be cancelled when it comes.

    What the source said of the status of an order after `cancelled_at` holds. Records `order_cancelled`.

    Raises ValueError above ORDERS_MAX.
    """
    if len(cancellations) > ORDERS_MAX:
        raise ValueError(f"{len(cancellations)} cancellations in one batch; the most is {ORDERS_MAX}")
    wanted, refused = _sorted_out(cancellations, now)
    if not wanted:
        return CancelledOrders({}, frozenset(), refused, frozenset())
    links.enter({source for source, _ in wanted}, wanted)
    _keep(wanted)
    locked = lock_orders(wanted)
    happened: list[Happened] = []
    states, stale, off = [], set(), {}
    for key, row in locked.items():
        order = cancelled(row.order, wanted[key])
        if order == row.order:
            if row.order.cancelled_at != wanted[key]:
                stale.add(key)
            continue
        states.append(rows.NewState(row.id, row.revision + 1, order))
        happened.append((row.id, row, order))
        off[key] = row.id
    rows.change_orders(states, now)
    orders.tell(happened, now, backfill)
    return CancelledOrders(off, frozenset(wanted.keys() - locked.keys()), refused, frozenset(stale))


def _sorted_out(
    cancellations: Sequence[Cancellation], now: datetime
) -> tuple[dict[SourceKey, datetime], dict[SourceKey, RefusedOrder]]:
    wanted: dict[SourceKey, datetime] = {}
    refused: dict[SourceKey, RefusedOrder] = {}
    for one in cancellations:
        if reason := id_refused(one.external_id):
            refused[one.key] = reason
        elif one.cancelled_at.tzinfo is None:
            refused[one.key] = RefusedOrder.BAD_DATE
        else:
            # A source whose clock is ahead must not lock out what follows.
            moment = min(one.cancelled_at, now)
            wanted[one.key] = max(moment, wanted.get(one.key, moment))
    return wanted, refused


def _keep(wanted: dict[SourceKey, datetime]) -> None:
    columns = [list(column) for column in zip(*((*key, at) for key, at in wanted.items()), strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, columns)
