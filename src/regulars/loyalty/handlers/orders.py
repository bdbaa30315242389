"""What the books do with the log: orders earn, and what was given back is taken back.

What history tells of an order that came in as it happened counts; by itself history earns nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from regulars.commerce import queries as commerce
from regulars.commerce.types import ORDER_DELIVERED, SourceKey
from regulars.events.types import Batch, Consumer, LoggedEvent
from regulars.loyalty import services
from regulars.loyalty.handlers.told import OF_ORDERS, orders_told
from regulars.loyalty.types import OrderTold
from regulars.loyalty.types.events import POINTS_SPENT

# A till may tell of a spending after the order was given back.
NAMES = OF_ORDERS | {ORDER_DELIVERED.name, POINTS_SPENT.name}


def _settle(batch: Batch) -> None:
    services.settle_orders(told=_told([event for event in batch.events if not event.backfill]), now=batch.now)


def _settle_history(batch: Batch) -> None:
    services.settle_orders(told=_told([event for event in batch.events if event.backfill]), now=batch.now)


def _told(events: Sequence[LoggedEvent]) -> list[OrderTold]:
    named = commerce.order_ids({key for event in events if (key := _key(event))})
    return orders_told((_order_id(event, named), event) for event in events)


def _order_id(event: LoggedEvent, named: Mapping[SourceKey, int]) -> object:
    """None of points spent on an order nobody told of yet."""
    key = _key(event)
    return named.get(key) if key else event.properties.get("order_id")


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
]
