"""Holds and captures over some connections, as fast as they are answered; prints how many pairs there were.

`python -m bench.loyalty.hold_pairs NAME CONNECTIONS SECONDS CUSTOMERS` says `ready` and begins with a line on
its input.
"""

from __future__ import annotations

import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import django

django.setup()

from django.db import connection  # noqa: E402

from bench.loyalty.hold_fill import NOW  # noqa: E402
from regulars.events.services import tell_behind  # noqa: E402
from regulars.loyalty import services  # noqa: E402
from regulars.loyalty.types import NewHold  # noqa: E402

POINTS = 5_000
WARM_UP = 20
"""Pairs of each connection before the clock starts: sessions plan their statements first."""
LASTS = timedelta(minutes=30)


def main(name: str, connections: int, seconds: float, customers: int) -> None:
    tell_behind()  # as every web server does
    with ThreadPoolExecutor(connections) as pool:
        for warm in [pool.submit(_pairs, f"{name}.{n}.w", customers, WARM_UP) for n in range(connections)]:
            warm.result()
        print("ready", flush=True)
        sys.stdin.readline()
        end = time.monotonic() + seconds
        done = [pool.submit(_until, f"{name}.{n}", customers, end) for n in range(connections)]
        print(sum(one.result() for one in done))


def _until(name: str, customers: int, end: float) -> int:
    pairs = 0
    while time.monotonic() < end:
        _pairs(f"{name}.{pairs}", customers, 1)
        pairs += 1
    connection.close()
    return pairs


def _pairs(name: str, customers: int, pairs: int) -> None:
    for number in range(pairs):
        key = f"{name}.{number}"
        new = NewHold(
            key=key,
            profile_id=random.randint(1, customers),  # noqa: S311 (no secret)
            points_minor=POINTS,
            at=NOW,
            lasts_until=NOW + LASTS,
            order_source="shop",
            order_id=key,
        )
        made = services.hold(new=new, now=NOW)
        services.capture(hold_id=made.id, now=NOW)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
