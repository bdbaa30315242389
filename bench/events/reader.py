"""A worker's reader with a consumer that notes when it has handled what; ends with its input.

`python -m bench.events.reader` prints {key: moment} of the machine's monotonic clock.
"""

from __future__ import annotations

import json
import sys
import time

import django

django.setup()

from django.db import transaction  # noqa: E402

from bench.events.writer import MEASURED  # noqa: E402
from regulars.events import registry  # noqa: E402
from regulars.events.running import Reader  # noqa: E402
from regulars.events.types import Batch, Consumer  # noqa: E402
from regulars.kit import clock  # noqa: E402

STOP_SECONDS_MAX = 30.0
handled: dict[str, float] = {}


def handle(batch: Batch) -> None:
    keys = [event.key for event in batch.events if event.name == MEASURED.name]
    transaction.on_commit(lambda: handled.update(dict.fromkeys(keys, time.monotonic())))


def main() -> None:
    with registry.only_consumers(Consumer("bench.latency", handle)):
        reader = Reader(clock.now)
        reader.start()
        print("ready", flush=True)
        sys.stdin.read()
        reader.stop(STOP_SECONDS_MAX)
    print(json.dumps(handled))


if __name__ == "__main__":
    main()
