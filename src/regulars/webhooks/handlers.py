"""What webhooks do with the log: they put in line what somebody outside asked for."""

from __future__ import annotations

from regulars.events.types import Batch, Consumer, Start
from regulars.webhooks import services
from regulars.webhooks.types import ENDPOINTS_MAX, OFFERED_NAMES

ROWS_MAX = 5_000
"""Written in one transaction, also where every endpoint wants every event."""


def _handle(batch: Batch) -> None:
    services.put_in_line(events=batch.events, now=batch.now)


CONSUMER = Consumer(
    name="webhooks.put_in_line",
    handle=_handle,
    start=Start.NOW,
    backfill=False,
    names=OFFERED_NAMES,
    batch=ROWS_MAX // ENDPOINTS_MAX,
)
