"""What loyalty does with the log: orders earn, and what was given back is taken back.

Two readers, since one of history waits for whoever brings history in, and what happens now shall not. What
history tells of an order that came in as it happened counts; by itself history earns nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from regulars.commerce import queries as commerce
from regulars.commerce.types import (
    ORDER_CANCELLED,
    ORDER_COMPLETED,
    ORDER_DELIVERED,
    ORDER_REFUNDED,
    ORDER_UPDATED,
    SourceKey,
)
from regulars.events.types import Batch, Consumer, LoggedEvent
from regulars.loyalty import handlers_of_challenges, handlers_of_friends, handlers_of_grants, services
from regulars.loyalty.types import OrderTold
from regulars.loyalty.types.events import POINTS_SPENT

_OF_ORDERS = (ORDER_COMPLETED, ORDER_UPDATED, ORDER_REFUNDED, ORDER_CANCELLED, ORDER_DELIVERED)
# A till may tell of a spending after the order was given back.
NAMES = frozenset(type_.name for type_ in (*_OF_ORDERS, POINTS_SPENT))


def _settle(batch: Batch) -> None:
    services.settle_orders(told=_told([event for event in batch.events if not event.backfill]), now=batch.now)


def _settle_history(batch: Batch) -> None:
    services.settle_orders(told=_told([event for event in batch.events if event.backfill]), now=batch.now)


def _told(events: Sequence[LoggedEvent]) -> list[OrderTold]:
    """What was told of each order, all together: by the last event, and as of the latest moment."""
    named = commerce.order_ids({key for event in events if (key := _key(event))})
    found: dict[int, OrderTold] = {}
    for event in events:
        key = _key(event)
        order_id = named.get(key) if key else event.properties.get("order_id")
        if not isinstance(order_id, int):
            continue  # money given back for no order, points spent on one nobody told of yet
        before = found.get(order_id)
        began = event.name == ORDER_COMPLETED.name and not event.backfill
        found[order_id] = OrderTold(
            order_id=order_id,
            at=max(event.occurred_at, before.at) if before else event.occurred_at,
            began=began or (before is not None and before.began),
            caused=(event.id, event.depth),
        )
    return list(found.values())


def _key(event: LoggedEvent) -> SourceKey | None:
    """The order that points were spent on, as its source names it."""
    if event.name != POINTS_SPENT.name or not event.properties.get("order"):
        return None
    return event.properties.get("order_source", ""), event.properties["order"]


CONSUMERS: list[Consumer] = [
    Consumer(name="loyalty.orders", handle=_settle, names=NAMES, batch=services.ORDERS_MAX),
    Consumer(
        name="loyalty.orders_of_history",
        handle=_settle_history,
        backfill=True,
        names=NAMES,
        batch=services.ORDERS_MAX,
    ),
    *handlers_of_challenges.CONSUMERS,
    *handlers_of_friends.CONSUMERS,
    *handlers_of_grants.CONSUMERS,
]
