"""What offers do with the log: orders capture what was set aside for them, and give it back.

Two readers, since one of history waits for whoever brings history in, and what happens now shall not.
"""

from __future__ import annotations

from collections.abc import Sequence

from regulars.commerce import queries as commerce
from regulars.commerce.types import OF_ORDERS
from regulars.events.types import Batch, Consumer, LoggedEvent, Start
from regulars.offers import services
from regulars.offers.types import COUPON_USED

# A till may tell of a use after the order was given back.
NAMES = OF_ORDERS | {COUPON_USED.name}


def _see(batch: Batch) -> None:
    _see_orders([event for event in batch.events if not event.backfill], batch, backfill=False)


def _see_history(batch: Batch) -> None:
    _see_orders([event for event in batch.events if event.backfill], batch, backfill=True)


def _see_orders(events: Sequence[LoggedEvent], batch: Batch, *, backfill: bool) -> None:
    if services.any_uses():
        services.see_orders(told=commerce.orders_told(events), now=batch.now, backfill=backfill)


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
