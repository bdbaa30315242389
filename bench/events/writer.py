"""What a web server does with events that come one at a time, so many a second.

`python -m bench.events.writer SECONDS A_SECOND` prints {key: moment}: when each was accepted, by the
machine's monotonic clock.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from regulars.events import registry, services  # noqa: E402
from regulars.events.types import Consumer, EventClass, EventType, NewEvent  # noqa: E402
from regulars.kit import clock  # noqa: E402

THREADS = 4
PROFILES = 20_000
MEASURED = EventType("bench_product_viewed", EventClass.BROWSING)
registry.register(MEASURED)


def write(number: int, moment: float) -> tuple[str, float]:
    """One event, at its time; gives when it was on disk."""
    time.sleep(max(0.0, moment - time.monotonic()))
    now = clock.now()
    event = NewEvent(
        type=MEASURED,
        source="bench",
        key=f"{moment}",
        occurred_at=now,
        profile_id=1 + number * 7919 % PROFILES,
        properties={"product_id": number % 4000, "price_minor": 129_000, "currency": "RUB"},
    )
    with transaction.atomic():
        services.record([event], now=now)
    return event.key, time.monotonic()


def _connect() -> None:
    connection.ensure_connection()  # this thread's: `connection` is another in each


def main(seconds: float, a_second: int) -> None:
    # Of the consumers, this process knows no more than that there are some who want to be told.
    with registry.only_consumers(Consumer("bench.latency", lambda batch: None)):
        services.tell_behind()
        with ThreadPoolExecutor(THREADS, initializer=_connect) as pool:
            began = time.monotonic() + 0.5
            numbers = range(int(seconds * a_second))
            accepted = dict(pool.map(lambda n: write(n, began + n / a_second), numbers))
        time.sleep(1)
    print(json.dumps(accepted))


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))
