"""What else a server has to do: `import` brings files in, one after the other, `figures` makes the lake.

`python -m bench.events.busy import FILE | figures | once FILE` goes on until its input ends (`once`: does
one import and ends) and prints how often it came round.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402

from regulars.analytics.compute.full_run import make_all_figures  # noqa: E402
from regulars.analytics.progress import Silent  # noqa: E402
from regulars.imports import services  # noqa: E402
from regulars.imports.types import Origin  # noqa: E402
from regulars.kit import clock  # noqa: E402

_is_enough = threading.Event()


def bring_in(path: Path, source: str) -> None:
    """A whole import, of a source of its own so that all of it is new."""
    number = services.take_file(
        name=path.name,
        path=path,
        kind="orders",
        source=source,
        user_id=None,
        now=clock.now(),
        origin=Origin.COMMAND,
        examine=False,
    )
    services.start(import_id=number, user_id=None, now=clock.now())
    services.advance(import_id=number, clock=clock.now, enough=_is_enough.is_set)


def _wait_for_the_end() -> None:
    sys.stdin.read()
    _is_enough.set()


def until_enough(act: Callable[[int], object]) -> None:
    threading.Thread(target=_wait_for_the_end, daemon=True).start()
    print("ready", flush=True)
    rounds = 0
    while not _is_enough.is_set():
        act(rounds)
        rounds += 1
    print(rounds)


def main(what: str, path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="regulars-bench-") as home:
        settings.HOME = Path(home)
        if what == "once":
            bring_in(path, "before")
        elif what == "import":
            until_enough(lambda n: bring_in(path, f"bench{n}"))
        else:
            until_enough(lambda n: make_all_figures(now=clock.now(), progress=Silent()))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else Path())
