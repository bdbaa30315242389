"""A worker that builds a segment and is killed: `python -m tests.segments.processes SEGMENT PORTIONS`."""

from __future__ import annotations

import sys
import time

SECONDS_MAX = 60


def main(segment_id: int, portions: int) -> None:
    """In the portion of this number, before its commit, it says so and waits to be killed."""
    from regulars.kit import clock
    from regulars.segments.services import building

    write, written = building.add_to_counts, 0

    def counting(*args: object, **kwargs: object) -> None:
        nonlocal written
        write(*args, **kwargs)  # type: ignore[arg-type]
        written += 1
        if written == portions:
            print("in the middle", flush=True)
            time.sleep(SECONDS_MAX)

    building.PORTION = 10
    building.add_to_counts = counting
    building.build(segment_id=segment_id, now=clock.now())


if __name__ == "__main__":
    import django

    django.setup()
    main(int(sys.argv[1]), int(sys.argv[2]))
