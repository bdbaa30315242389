"""What several readers look for in the log."""

from __future__ import annotations

from collections.abc import Iterable

from regulars.commerce.types import ORDER_CANCELLED, ORDER_COMPLETED, ORDER_REFUNDED, ORDER_UPDATED
from regulars.customers.types import ANONYMOUS_LINKED, CUSTOMERS_MERGED, CUSTOMERS_UNMERGED
from regulars.events.types import LoggedEvent
from regulars.loyalty.types import OrderTold

OF_ORDERS = frozenset(
    type_.name for type_ in (ORDER_COMPLETED, ORDER_UPDATED, ORDER_REFUNDED, ORDER_CANCELLED)
)
"""What moves an order's net."""
OF_PERSONS = frozenset(type_.name for type_ in (CUSTOMERS_MERGED, CUSTOMERS_UNMERGED, ANONYMOUS_LINKED))
"""What makes profiles another person's."""


def orders_told(found: Iterable[tuple[object, LoggedEvent]]) -> list[OrderTold]:
    """What was told of each order, all together: by the last event, and as of the latest moment.

    `found`: events with the id of their order; without one, as money given back for no order, they are left.
    """
    told: dict[int, OrderTold] = {}
    for order_id, event in found:
        if not isinstance(order_id, int):
            continue
        before = told.get(order_id)
        began = event.name == ORDER_COMPLETED.name and not event.backfill
        told[order_id] = OrderTold(
            order_id=order_id,
            at=max(event.occurred_at, before.at) if before else event.occurred_at,
            began=began or (before is not None and before.began),
            caused=(event.id, event.depth),
        )
    return list(told.values())
