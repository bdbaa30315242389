"""What customers do with the log: who turns out to be one becomes one."""

from __future__ import annotations

from regulars.customers import services
from regulars.customers.types import IDENTITY_ADDED, PROFILE_CREATED
from regulars.events.types import Batch, Consumer, Start

BATCH = 1_000
"""Each customer may bring several others with them; all of them fit a short transaction."""


def _handle(batch: Batch) -> None:
    services.merge_those_who_share(events=batch.events, now=batch.now)


MERGE = Consumer(
    name="customers.merge",
    handle=_handle,
    start=Start.BEGINNING,
    backfill=True,
    names=frozenset({PROFILE_CREATED.name, IDENTITY_ADDED.name}),
    batch=BATCH,
    brief=True,
)
