"""Our side: a consumer that counts events per profile, from the beginning of the log to its end."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import django

django.setup()

from django.db import connection  # noqa: E402

from bench.processes import measured  # noqa: E402
from regulars.events import registry, services  # noqa: E402
from regulars.events.types import Batch, Consumer, Start  # noqa: E402
from regulars.kit import clock  # noqa: E402

WORKERS = 2
_COUNT = """
INSERT INTO bench_counts AS c (profile_id, count)
SELECT * FROM unnest(%s::bigint[], %s::bigint[])
ON CONFLICT (profile_id) DO UPDATE SET count = c.count + excluded.count
"""


def handle(batch: Batch) -> None:
    found = Counter(event.profile_id for event in batch.events)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [list(found), list(found.values())])


def main() -> None:
    with registry.only_consumers(Consumer("bench.counts", handle, batch=5000, brief=True)):
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE bench_counts")
        services.start_again("bench.counts", from_=Start.BEGINNING, now=clock.now())
        measured(drain)


def drain() -> list[int]:
    """By two workers that share the lanes: one reckons while the other waits for the database."""
    with ThreadPoolExecutor(WORKERS) as pool:
        for done in [pool.submit(_drain) for _ in range(WORKERS)]:
            done.result()
    services.drain(now=clock.now())
    return counted()


def _drain() -> None:
    try:
        services.drain(now=clock.now())
    finally:
        connection.close()


def counted() -> list[int]:
    """How many profiles were counted, their events, and a sum over both that tells them apart."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), sum(count)::bigint, sum(count * profile_id)::bigint FROM bench_counts"
        )
        return list(cursor.fetchone())


if __name__ == "__main__":
    main()
