"""The one place where the current time comes from.

Code that depends on time takes `now` as an argument; the doors (pages, API, the worker's tick, the
command line) ask `clock.now()` once and hand it down. So a test or a simulation decides what time it is.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

Source = Callable[[], datetime]


def _wall() -> datetime:
    return datetime.now(UTC)


_source: Source = _wall


def now() -> datetime:
    """The current moment, aware, in UTC."""
    return _source()


def use(source: Source) -> Source:
    """Take the time from `source` from now on, in every thread; gives back the one used before.

    For processes that live in a simulated time. `source` must return aware datetimes in UTC.
    """
    global _source
    before, _source = _source, source
    return before


@contextlib.contextmanager
def fixed(moment: datetime) -> Iterator[None]:
    """Within the block `now()` is `moment`, in every thread (the worker runs tasks in threads)."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be the current time")
    frozen = moment.astimezone(UTC)
    before = use(lambda: frozen)
    try:
        yield
    finally:
        use(before)
