"""Customers who do something, so many a second: `python -m bench.segments.writer SECONDS A_SECOND SIZE`.

Each of them once, so that each enters a segment. Prints {profile: moment}: when it was accepted, by the
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

from bench.segments.twenty import ACTIONS  # noqa: E402
from regulars.commerce.types import BROWSING_EVENTS  # noqa: E402
from regulars.commerce.types.events import PRODUCT_ADDED  # noqa: E402
from regulars.events import services  # noqa: E402
from regulars.events.types import NewEvent  # noqa: E402
from regulars.kit import clock  # noqa: E402

THREADS = 4
TYPES = {**BROWSING_EVENTS, PRODUCT_ADDED.name: PRODUCT_ADDED}
STEP = 7919
"""Prime to the number of customers: nobody comes twice."""


def write(number: int, size: int, moment: float) -> tuple[int, float]:
    """One event, at its time; gives when it was on disk."""
    time.sleep(max(0.0, moment - time.monotonic()))
    now = clock.now()
    profile = 1 + (number * STEP) % size
    event = NewEvent(
        type=TYPES[ACTIONS[number % 10 == 0]],
        source="bench",
        key=f"{moment}",
        occurred_at=now,
        profile_id=profile,
        properties={"product_id": f"P{number % 500}", "price": 1290},
    )
    with transaction.atomic():
        services.record([event], now=now)
    return profile, time.monotonic()


def _connect() -> None:
    connection.ensure_connection()  # this thread's: `connection` is another in each


def main(seconds: float, a_second: int, size: int, first: int) -> None:
    services.tell_behind()
    with ThreadPoolExecutor(THREADS, initializer=_connect) as pool:
        began = time.monotonic() + 0.5
        numbers = range(int(seconds * a_second))
        accepted = dict(pool.map(lambda n: write(first + n, size, began + n / a_second), numbers))
    time.sleep(2)
    print(json.dumps(accepted))


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
