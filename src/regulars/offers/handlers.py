"""What offers do with the log: orders capture what was set aside for them, and give it back.

Two readers, since one of history waits for whoever brings history in, and what happens now shall not.
"""

from __future__ import annotations

from collections.abc import Sequence

from regulars.commerce import queries as commerce
from regulars.commerce.types import ORDER_CANCELLED, ORDER_COMPLETED, ORDER_REFUNDED, ORDER_UPDATED, SourceKey
from regulars.events.types import Batch, Consumer, LoggedEvent, Start
from regulars.offers import services
from regulars.offers.services.orders import OrderSeen
from regulars.offers.types import COUPON_USED

# A till may tell of a use after the order was given back.
NAMES = frozenset(
    type_.name for type_ in (ORDER_COMPLETED, ORDER_UPDATED, ORDER_REFUNDED, ORDER_CANCELLED, COUPON_USED)
)


def _see(batch: Batch) -> None:
    _see_orders([event for event in batch.events if not event.backfill], batch, backfill=False)


def _see_history(batch: Batch) -> None:
    _see_orders([event for event in batch.events if event.backfill], batch, backfill=True)


def _see_orders(events: Sequence[LoggedEvent], batch: Batch, *, backfill: bool) -> None:
    if not services.any_uses():
        return
    named = commerce.order_ids({key for event in events if (key := _key(event))})
    seen: dict[int, OrderSeen] = {}
    for event in events:
        key = _key(event)
        order_id = named.get(key) if key else event.properties.get("order_id")
        if isinstance(order_id, int):
            before = seen.get(order_id)
            at = max(event.occurred_at, before.at) if before else event.occurred_at
            seen[order_id] = OrderSeen(order_id, at, (event.id, event.depth))
    services.see_orders(seen=list(seen.values()), now=batch.now, backfill=backfill)


def _key(event: LoggedEvent) -> SourceKey | None:
    """The order that offers were used on, as its source names it."""
    if event.name != COUPON_USED.name or not event.properties.get("order"):
        return None
    return event.properties.get("order_source", ""), event.properties["order"]


# No order from before there were offers has used one.
CONSUMERS: list[Consumer] = [
    Consumer(name="offers.orders", handle=_see, start=Start.NOW, names=NAMES, batch=services.ORDERS_MAX),
    Consumer(
        name="offers.orders_of_history",
        handle=_see_history,
        start=Start.NOW,
        backfill=True,
        names=NAMES,
        batch=services.ORDERS_MAX,
    ),
]
