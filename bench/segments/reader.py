"""A worker's reader with all who read the log; notes when it has looked at whom. Ends with its input.

`python -m bench.segments.reader` prints {profile: moment} of the machine's monotonic clock.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace

import django

django.setup()

from django.db import transaction  # noqa: E402

from bench.segments.twenty import ACTIONS  # noqa: E402
from regulars.events import registry  # noqa: E402
from regulars.events.running import Reader  # noqa: E402
from regulars.events.types import Batch, Consumer  # noqa: E402
from regulars.kit import clock  # noqa: E402

MEASURED = "segments.membership"
STOP_SECONDS_MAX = 30.0
looked_at: dict[int, float] = {}


def noting(consumer: Consumer) -> Consumer:
    """The consumer itself, which also says when what it did was committed."""

    def handle(batch: Batch) -> None:
        consumer.handle(batch)
        profiles = [event.profile_id for event in batch.events if event.name in ACTIONS and event.profile_id]
        transaction.on_commit(lambda: looked_at.update(dict.fromkeys(profiles, time.monotonic())))

    return replace(consumer, handle=handle)


def main() -> None:
    consumers = [noting(one) if one.name == MEASURED else one for one in registry.consumers()]
    with registry.only_consumers(*consumers):
        reader = Reader(clock.now)
        reader.start()
        print("ready", flush=True)
        sys.stdin.read()
        reader.stop(STOP_SECONDS_MAX)
    print(json.dumps(looked_at))


if __name__ == "__main__":
    main()
