"""Three segments built anew, over and over, until the input ends: `python -m bench.segments.busy`.

Prints how often one was ready.
"""

from __future__ import annotations

import sys
import threading

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from bench.segments.twenty import ready  # noqa: E402
from regulars.kit import clock  # noqa: E402
from regulars.segments import queries, services  # noqa: E402
from regulars.segments.types import AllOf, Bucket  # noqa: E402

AT_ONCE = 3
_is_enough = threading.Event()


def again(name: str, done: list[str]) -> None:
    """Change what a segment means, to and fro, and find its people."""
    (condition,) = (condition for known, condition in ready() if known == name)
    halves = [condition, AllOf((condition, Bucket(salt="half", high=5_000)))]
    (segment,) = (row.id for row in queries.segments() if row.name == name)
    while not _is_enough.is_set():
        row = queries.segment(segment)
        if row is None:
            raise RuntimeError(f"there is no segment {name}")
        services.change_segment(
            segment_id=segment,
            name=name,
            note="",
            condition=halves[row.revision % 2],
            revision=row.revision,
            now=clock.now(),
        )
        services.build(segment_id=segment, now=clock.now(), enough=_is_enough.is_set)
        done.append(name)
    connection.close()


def main() -> None:
    done: list[str] = []
    names = ("new", "gone", "one_order")[:AT_ONCE]
    threads = [threading.Thread(target=again, args=(name, done)) for name in names]
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    sys.stdin.read()
    _is_enough.set()
    for thread in threads:
        thread.join()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    print(len(done))


if __name__ == "__main__":
    main()
