"""Which orders events tell of."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.commerce.queries.standing import order_ids
from regulars.commerce.types import ORDER_COMPLETED, OrderTold, SourceKey
from regulars.events.types import LoggedEvent


def orders_told(events: Sequence[LoggedEvent]) -> list[OrderTold]:
    """What was told of each order, all together: by the last event, and as of the latest moment.

    An event names its order by our number, or as its source does (`order`, `order_source`). Those of no
    order, such as money given back for none, and of one that nobody told of yet are left out.
    """
    named = order_ids({key for event in events if (key := _key(event))})
    told: dict[int, OrderTold] = {}
    for event in events:
        key = _key(event)
        order_id = named.get(key) if key else event.properties.get("order_id")
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


def _key(event: LoggedEvent) -> SourceKey | None:
    number = event.properties.get("order")
    if not isinstance(number, str) or not number:
        return None
    return event.properties.get("order_source", ""), number
