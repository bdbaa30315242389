"""What challenges do with the log: what happened counts, and what was given back counts no more.

Orders of history count only what came in as it happened. Events are counted as they happen, never history.
"""

from __future__ import annotations

from collections.abc import Sequence

from regulars.commerce import queries as commerce
from regulars.commerce.types import OF_ORDERS
from regulars.events.types import Batch, Consumer, LoggedEvent, Start
from regulars.loyalty import services
from regulars.loyalty.handlers.told import OF_PERSONS


def _count(batch: Batch) -> None:
    _count_some([event for event in batch.events if not event.backfill], batch)


def _count_history(batch: Batch) -> None:
    _count_some([event for event in batch.events if event.backfill], batch)


def _count_some(events: Sequence[LoggedEvent], batch: Batch) -> None:
    told = commerce.orders_told([event for event in events if event.name in OF_ORDERS])
    moved = {
        event.profile_id: (event.id, event.depth)
        for event in events
        if event.name in OF_PERSONS and event.profile_id is not None
    }
    if told or moved:
        services.count_orders(told=told, moved=moved, now=batch.now)


def _count_events(batch: Batch) -> None:
    services.count_events(events=[event for event in batch.events if not event.backfill], now=batch.now)


CONSUMERS: list[Consumer] = [
    Consumer(
        name="loyalty.challenges",
        handle=_count,
        start=Start.NOW,
        names=OF_ORDERS | OF_PERSONS,
        batch=services.ORDERS_MAX,
    ),
    Consumer(
        name="loyalty.challenges_of_history",
        handle=_count_history,
        start=Start.NOW,
        backfill=True,
        names=OF_ORDERS | OF_PERSONS,
        batch=services.ORDERS_MAX,
    ),
    # Which events are asked for is known only from the programme; nothing but their names is looked at here.
    Consumer(name="loyalty.challenges_of_events", handle=_count_events, start=Start.NOW, brief=True),
]
