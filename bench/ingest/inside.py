"""In a process of its own with Django.

`key` makes the key of the shop; `consume` has a consumer that does nothing read what comes into the log, and
prints how much it has seen and when (seconds since 1970); `copy` puts the rows of the log in again by a bare
COPY and prints how many events that were and the seconds it took.
"""

from __future__ import annotations

import sys
import time

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from regulars.events import registry, services  # noqa: E402
from regulars.events.types import Batch, Consumer, Start  # noqa: E402
from regulars.kit import clock  # noqa: E402
from regulars.team.services import create_key  # noqa: E402
from regulars.team.types import KeyKind  # noqa: E402

TABLES = {
    "event_keys": "source, key, received_at",
    "events": "id, received_at, occurred_at, profile_id, xid, epoch, depth, backfill, class, name, source,"
    " key, properties",
    "event_counts": "profile_id, name, first_at, last_at, count",
}
"""What an event is stored in, with the columns that are not made by the database."""
IDLE_SECONDS = 0.02


def key() -> None:
    print(create_key(name="bench", kind=KeyKind.SERVER, now=clock.now()).secret)


def consume() -> None:
    """Until told to end: prints how many events it has seen and when, whenever there were some."""
    seen = 0

    def handle(batch: Batch) -> None:
        nonlocal seen
        seen += len(batch.events)

    with registry.only_consumers(Consumer("bench.nothing", handle, start=Start.NOW)):
        services.ensure_consumers(now=clock.now())
        print(0, time.time(), flush=True)
        while True:
            if services.consume(now=clock.now()):
                print(seen, time.time(), flush=True)
            else:
                time.sleep(IDLE_SECONDS)


def copy() -> None:
    with connection.cursor() as cursor:
        raw = connection.connection
        rows = {}
        for table, columns in TABLES.items():
            with raw.cursor().copy(f"COPY (SELECT {columns} FROM {table}) TO STDOUT") as out:
                rows[table] = b"".join(bytes(part) for part in out)
        cursor.execute("TRUNCATE event_keys, events, event_counts")
        started = time.perf_counter()
        with transaction.atomic():
            for table, columns in TABLES.items():
                with raw.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as into:
                    into.write(rows[table])
        seconds = time.perf_counter() - started
        cursor.execute("SELECT count(*) FROM events")
        print(cursor.fetchone()[0], seconds)


if __name__ == "__main__":
    {"key": key, "consume": consume, "copy": copy}[sys.argv[1]]()
