"""What segments do with the log: whoever did something is looked at again.

Two readers, since one of history waits for whoever brings history in, and what happens now shall not.
"""

from __future__ import annotations

from regulars.events import services as log
from regulars.events.types import Batch, Consumer
from regulars.segments import services

BATCH = 500
"""People looked at in one transaction; each may enter and leave several segments."""


def _keep_true(batch: Batch) -> None:
    services.keep_true(events=batch.events, now=batch.now)


def _keep_true_of_history(batch: Batch) -> None:
    if history := [event for event in batch.events if event.backfill]:
        with log.only_backfill():
            services.keep_true(events=history, now=batch.now, backfill=True)


CONSUMERS = [
    Consumer(name="segments.membership", handle=_keep_true, batch=BATCH, brief=True),
    Consumer(name="segments.history", handle=_keep_true_of_history, backfill=True, batch=BATCH, brief=True),
]
