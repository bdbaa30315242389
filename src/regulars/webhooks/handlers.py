"""What webhooks do with the log: they put in line what somebody outside asked for."""

from __future__ import annotations

from regulars.events.types import Batch, Consumer, Start
from regulars.webhooks import services
from regulars.webhooks.types import OFFERED_NAMES


def _handle(batch: Batch) -> None:
    services.put_in_line(events=batch.events, now=batch.now)


CONSUMER = Consumer(
    name="webhooks.put_in_line",
    handle=_handle,
    start=Start.NOW,
    backfill=False,
    names=OFFERED_NAMES,
)
