"""What grants take from the log: coupons are used and come back, tasks get done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from regulars.events.types import Batch, Consumer, EventType, LoggedEvent, Start
from regulars.loyalty import services
from regulars.loyalty.rules.grants import grant_of_coupon
from regulars.offers.types import COUPON_RETURNED, COUPON_USED
from regulars.work.types import TASK_CLOSED

_NAMES = frozenset(type_.name for type_ in (COUPON_RETURNED, COUPON_USED, TASK_CLOSED))


def _note(batch: Batch) -> None:
    _note_events([event for event in batch.events if not event.backfill], batch.now)


def _note_history(batch: Batch) -> None:
    _note_events([event for event in batch.events if event.backfill], batch.now)


def _note_events(events: Sequence[LoggedEvent], now: datetime) -> None:
    done = [event.properties.get("task_id") for event in events if event.name == TASK_CLOSED.name]
    task_ids = [id_ for id_ in done if isinstance(id_, int)]
    last = dict(_coupons(events))  # of one coupon the last word counts
    services.hold_grants(task_ids=task_ids, keys={key for key, _round in last})
    services.note_tasks_done(task_ids=task_ids, now=now)
    services.note_coupons_used(
        used=[(*key, event.occurred_at) for key, event in last.items() if _is(event, COUPON_USED)]
    )
    services.note_coupons_returned(
        returned=[key for key, event in last.items() if _is(event, COUPON_RETURNED)]
    )


def _coupons(events: Sequence[LoggedEvent]) -> Iterator[tuple[tuple[str, int], LoggedEvent]]:
    for event in events:
        if _is(event, COUPON_USED) or _is(event, COUPON_RETURNED):
            key = grant_of_coupon(event.properties.get("key") or "")
            if key is not None:
                yield key, event


def _is(event: LoggedEvent, type_: EventType) -> bool:
    return event.name == type_.name


# Nothing was given before there were grants, so what the log tells of earlier is nobody's.
CONSUMERS: list[Consumer] = [
    Consumer(name="loyalty.grants", handle=_note, start=Start.NOW, names=_NAMES),
    Consumer(
        name="loyalty.grants_of_history",
        handle=_note_history,
        start=Start.NOW,
        backfill=True,
        names=_NAMES,
    ),
]
