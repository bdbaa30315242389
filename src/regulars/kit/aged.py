"""What takes long to read in a large shop: read by a thread of the process, and given as it was a while ago.

In a shop of usual size all is read at once, and nothing is kept, however busy the machine is. In a large one
whatever is asked for here is read behind the back of who asks, one after the other; what was read is given
again with the moment it is of, and once it is old, while it is read anew.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from regulars.kit import clock, sql

LARGE_BYTES = 1024**3
"""A database of that size, of some 100,000 customers, is that of a large shop."""
LOOKED_SECONDS = 3600.0
"""So long a look at the size is believed."""
PATIENCE_SECONDS = 0.8
"""So long one waits for what was never read."""
FRESH_TIMES = 20
"""Read anew after so many times of what it took: that keeps a twentieth of one connection busy at most."""
FRESH_SECONDS_MAX = 900.0
OLD = timedelta(days=1)
"""What is older says too little."""
KEPT_MAX = 200
"""Readings of a process; of more the oldest are dropped."""
# A reader writes nothing, so however long it takes it holds no reader of the log back.
_LIMITS = "SET LOCAL statement_timeout = '600s'; SET LOCAL work_mem = '64MB'"

_log = logging.getLogger(__name__)
T = TypeVar("T")


class BeingRead(Exception):
    """It is being read for the first time: ask again soon."""


@dataclass(frozen=True, slots=True)
class Aged(Generic[T]):
    """What was read, and the moment it is of."""

    value: T
    as_of: datetime


@dataclass(slots=True)
class _Reading:
    """What is known under a key; `done` is set as soon as a reading behind has ended, or failed."""

    done: threading.Event
    known: Aged[Any] | None = None
    failed: Exception | None = None
    fresh_until: float = 0.0


@dataclass(slots=True)
class _Look:
    """At the size of the database."""

    is_large: bool = False
    until: float = 0.0


_readings: dict[Hashable, _Reading] = {}
_look = _Look()
_behind = threading.Lock()
"""Held while one is read behind: tills wait for the same connections."""


def aged(key: Hashable, read: Callable[[datetime], T], *, now: datetime) -> Aged[T]:
    """What `read(now)` gives, or gave lately under this key.

    `read` may be called later and in another thread: what it needs of a request, such as the language, it
    brings along. Raises BeingRead where it takes longer than somebody waits and was not read lately.
    """
    reading = _readings.get(key)
    if reading is None:
        if not _is_large() and (found := _at_once(read, now)) is not None:
            return found
        reading = _readings.setdefault(key, _Reading(threading.Event()))
    if time.monotonic() >= reading.fresh_until and _behind.acquire(blocking=False):
        reading.done.clear()
        threading.Thread(target=_read_behind, args=(reading, key, read), name="aged", daemon=True).start()
    if _lately(reading, now) is None:
        reading.done.wait(PATIENCE_SECONDS)
    found = _lately(reading, now)
    if found is None:
        raise reading.failed or BeingRead
    return found


def forget_all() -> None:
    """Keep nothing; for tests, of which each has another small database before it."""
    with _behind:
        _readings.clear()
        _look.is_large, _look.until = False, math.inf


def _lately(reading: _Reading, now: datetime) -> Aged[Any] | None:
    known = reading.known
    return known if known is not None and abs(now - known.as_of) <= OLD else None


def _is_large() -> bool:
    if time.monotonic() >= _look.until:
        _look.is_large = sql.value("SELECT pg_database_size(current_database())") >= LARGE_BYTES
        _look.until = time.monotonic() + LOOKED_SECONDS
    return _look.is_large


def _at_once(read: Callable[[datetime], T], now: datetime) -> Aged[T] | None:
    """As in a shop of usual size; None: it was cut off."""
    try:
        return Aged(read(now), now)
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        return None


def _read_behind(reading: _Reading, key: Hashable, read: Callable[[datetime], object]) -> None:
    began, now = time.monotonic(), clock.now()
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(_LIMITS)
            reading.known, reading.failed = Aged(read(now), now), None
    except Exception as error:  # what was read before stands, and it is tried again
        _log.exception("figures could not be read: %s", key)
        reading.failed = error
    finally:
        took = time.monotonic() - began
        reading.fresh_until = time.monotonic() + min(took * FRESH_TIMES, FRESH_SECONDS_MAX)
        while len(_readings) > KEPT_MAX:
            _readings.pop(next(iter(_readings)))
        connection.close()
        reading.done.set()
        _behind.release()
