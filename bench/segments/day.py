"""A day of a large shop: `python -m bench.segments.day` prints what keeping its segments true took.

One of a hundred customers does something, there is a tick each hour, and at night all are scored anew. What
it is compared with: one look at everybody for every segment. At the end both say the same.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from bench.processes import measured  # noqa: E402
from bench.segments.fill import NOW  # noqa: E402
from bench.segments.living import score  # noqa: E402
from bench.segments.writer import TYPES  # noqa: E402
from regulars.events import services as log  # noqa: E402
from regulars.events.types import NewEvent  # noqa: E402
from regulars.segments import queries, services  # noqa: E402
from regulars.segments.queries.differing import differing  # noqa: E402
from regulars.segments.queries.live import knowledge, live  # noqa: E402

HOURS = 24
ACTIVE = 100
"""One of so many customers does something on a day."""
NIGHT = 16
"""Hours from the beginning to the nightly run."""


def main() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM customers_profile")
        (size,) = cursor.fetchone()
    log.drain(now=NOW)
    full = _full(NOW)
    ticks, drains, scored = [], [], 0
    for hour in range(1, HOURS + 1):
        now = NOW + timedelta(hours=hour)
        _act(size, hour, now)
        drains.append(_timed(lambda: log.drain(now=now)))  # noqa: B023
        if hour == NIGHT:
            scored = score(now)
        ticks.append(_timed(lambda: services.tick(now=now, limit=1_000)))  # noqa: B023
    log.drain(now=now)
    wrong = _wrong(now)
    return {
        "full_s": full,
        "ticks_s": ticks,
        "drains_s": drains,
        "scored": scored,
        "wrong": wrong,
        "members": sum(row.members for row in queries.segments()),
    }


def _timed(call: Any) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _full(now: datetime) -> list[float]:
    """Seconds that one look at everybody takes, by segment."""
    found = []
    for segment in live(knowledge()):
        statement = segment.compiled.everybody(now)
        with connection.cursor() as cursor:
            query = f"SELECT count(*) FROM ({statement.query}) AS found"
            found.append(_timed(lambda: cursor.execute(query, statement.params)))  # noqa: B023
    return found


def _act(size: int, hour: int, now: datetime) -> None:
    names = ("product_viewed", "product_added", "product_viewed")
    count = size // ACTIVE // HOURS
    with transaction.atomic():
        log.record(
            [
                NewEvent(
                    type=TYPES[names[n % 3]],
                    source="bench",
                    key=f"{hour}-{n}",
                    occurred_at=now - timedelta(seconds=n % 3_000),
                    profile_id=1 + (hour * count + n) * 7919 % size,
                    properties={"product_id": f"P{n % 500}"},
                )
                for n in range(count)
            ],
            now=now,
        )


def _wrong(now: datetime) -> int:
    """How many are not where one look at everybody would have them."""
    return sum(
        len(some) for one in live(knowledge()) for some in differing(one.id, one.compiled.everybody(now))
    )


if __name__ == "__main__":
    measured(main)
