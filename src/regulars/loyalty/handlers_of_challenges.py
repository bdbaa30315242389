"""What challenges do with the log: what happened counts, and what was given back counts no more.

Orders of history count only what came in as it happened. Events are counted as they happen, never history.
"""

from __future__ import annotations

from collections.abc import Sequence

from regulars.commerce.types import ORDER_CANCELLED, ORDER_COMPLETED, ORDER_REFUNDED, ORDER_UPDATED
from regulars.customers.types import ANONYMOUS_LINKED, CUSTOMERS_MERGED, CUSTOMERS_UNMERGED
from regulars.events.types import Batch, Consumer, LoggedEvent, Start
from regulars.loyalty import services
from regulars.loyalty.types import OrderTold

_OF_ORDERS = frozenset(
    type_.name for type_ in (ORDER_COMPLETED, ORDER_UPDATED, ORDER_REFUNDED, ORDER_CANCELLED)
)
_OF_PERSONS = frozenset(type_.name for type_ in (CUSTOMERS_MERGED, CUSTOMERS_UNMERGED, ANONYMOUS_LINKED))


def _count(batch: Batch) -> None:
    _count_some([event for event in batch.events if not event.backfill], batch)


def _count_history(batch: Batch) -> None:
    _count_some([event for event in batch.events if event.backfill], batch)


def _count_some(events: Sequence[LoggedEvent], batch: Batch) -> None:
    if told := _told([event for event in events if event.name in _OF_ORDERS]):
        services.count_orders(told=told, now=batch.now)
    moved = {
        event.profile_id: (event.id, event.depth)
        for event in events
        if event.name in _OF_PERSONS and event.profile_id is not None
    }
    if moved:
        services.recount_persons(profile_ids=moved, caused=moved, now=batch.now)


def _told(events: Sequence[LoggedEvent]) -> list[OrderTold]:
    """What was told of each order, all together."""
    found: dict[int, OrderTold] = {}
    for event in events:
        order_id = event.properties.get("order_id")
        if not isinstance(order_id, int):
            continue  # money given back for no order
        before = found.get(order_id)
        began = event.name == ORDER_COMPLETED.name and not event.backfill
        found[order_id] = OrderTold(
            order_id=order_id,
            at=event.occurred_at,
            began=began or (before is not None and before.began),
            caused=(event.id, event.depth),
        )
    return list(found.values())


def _count_events(batch: Batch) -> None:
    services.count_events(events=[event for event in batch.events if not event.backfill], now=batch.now)


CONSUMERS: list[Consumer] = [
    Consumer(
        name="loyalty.challenges",
        handle=_count,
        start=Start.NOW,
        names=_OF_ORDERS | _OF_PERSONS,
        batch=services.ORDERS_MAX,
    ),
    Consumer(
        name="loyalty.challenges_of_history",
        handle=_count_history,
        start=Start.NOW,
        backfill=True,
        names=_OF_ORDERS | _OF_PERSONS,
        batch=services.ORDERS_MAX,
    ),
    # Which events are asked for is known only from the programme; nothing but their names is looked at here.
    Consumer(name="loyalty.challenges_of_events", handle=_count_events, start=Start.NOW, brief=True),
]
