"""What loyalty does with the log for what was given: coupons are used and come back, tasks get done."""

from __future__ import annotations

from collections.abc import Iterator

from regulars.events.types import Batch, Consumer, EventType, LoggedEvent
from regulars.loyalty import services
from regulars.loyalty.rules.grants import grant_of_coupon
from regulars.offers.types import COUPON_RETURNED, COUPON_USED
from regulars.work.types import TASK_CLOSED


def _note(batch: Batch) -> None:
    done = [event.properties.get("task_id") for event in batch.events if event.name == TASK_CLOSED.name]
    services.note_tasks_done(task_ids=[id_ for id_ in done if isinstance(id_, int)], now=batch.now)
    # Of one coupon the last word counts: both lists are of different coupons.
    last = {key: (event, key) for event, key in _coupons(batch)}.values()
    services.note_coupons_used(
        used=[(*key, event.occurred_at) for event, key in last if _is(event, COUPON_USED)]
    )
    services.note_coupons_returned(returned=[key for event, key in last if _is(event, COUPON_RETURNED)])


def _coupons(batch: Batch) -> Iterator[tuple[LoggedEvent, tuple[str, int]]]:
    for event in batch.events:
        if _is(event, COUPON_USED) or _is(event, COUPON_RETURNED):
            key = grant_of_coupon(event.properties.get("key") or "")
            if key is not None:
                yield event, key


def _is(event: LoggedEvent, type_: EventType) -> bool:
    return event.name == type_.name


CONSUMERS: list[Consumer] = [
    Consumer(
        name="loyalty.grants",
        handle=_note,
        names=frozenset(type_.name for type_ in (COUPON_RETURNED, COUPON_USED, TASK_CLOSED)),
    )
]
