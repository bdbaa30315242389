"""What the books do with the log: orders earn, and what was given back is taken back.

What history tells of an order that came in as it happened counts; by itself history earns nothing.
"""

from __future__ import annotations

from regulars.commerce import queries as commerce
from regulars.commerce.types import OF_ORDERS, ORDER_DELIVERED
from regulars.events.types import Batch, Consumer
from regulars.loyalty import services
from regulars.loyalty.types.events import POINTS_SPENT

# A till may tell of a spending after the order was given back.
NAMES = OF_ORDERS | {ORDER_DELIVERED.name, POINTS_SPENT.name}


def _settle(batch: Batch) -> None:
    told = commerce.orders_told([event for event in batch.events if not event.backfill])
    services.settle_orders(told=told, now=batch.now)


def _settle_history(batch: Batch) -> None:
    told = commerce.orders_told([event for event in batch.events if event.backfill])
    services.settle_orders(told=told, now=batch.now)


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
