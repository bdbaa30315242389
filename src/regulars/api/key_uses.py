"""How keys are used, counted in memory and written behind.

A call writes nothing for it: a row a key that every call changes would have them all wait for each other.
So a process that dies loses the last minute of these counts, and nothing else.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import datetime

from django.db import Error as DatabaseTrouble
from django.db import connection

from regulars.kit import clock
from regulars.team import services
from regulars.team.types import KeyUse

WRITTEN_EVERY_SECONDS = 60.0
FIRST_WRITTEN_AFTER_SECONDS = 1.0
"""After a quiet time the first use is written sooner: somebody may be waiting to see whether it works."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Count:
    """How a key was used so far; changed in place, as every call does it."""

    at: datetime
    calls: int = 0
    taken: int = 0
    refused: int = 0


class Uses:
    """What was counted since it was last written."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counted: dict[int, _Count] = {}
        self._wake = threading.Event()
        self._behind = False
        self._writer: threading.Thread | None = None

    def count(self, key_id: int, *, calls: int, taken: int, refused: int) -> None:
        """Add a use."""
        now = clock.now()
        with self._lock:
            self._add(key_id, now, calls, taken, refused)
            if self._behind and (self._writer is None or not self._writer.is_alive()):
                self._writer = threading.Thread(target=self._write_for_ever, name="key-uses", daemon=True)
                self._writer.start()
        if not self._wake.is_set():
            self._wake.set()

    def write(self) -> None:
        """Write what was counted. Raises DatabaseError; what was not written is kept for the next time."""
        with self._lock:
            counted, self._counted = self._counted, {}
        try:
            services.note_keys_used(
                uses=[
                    KeyUse(key_id=key_id, at=one.at, calls=one.calls, taken=one.taken, refused=one.refused)
                    for key_id, one in counted.items()
                ]
            )
        except BaseException:
            with self._lock:
                for key_id, one in counted.items():
                    self._add(key_id, one.at, one.calls, one.taken, one.refused)
            raise

    def write_behind(self) -> None:
        """From now on a thread of this process writes, begun with the first use."""
        self._behind = True

    def forget(self) -> None:
        """Count from nothing; for tests."""
        with self._lock:
            self._counted.clear()

    def _add(self, key_id: int, at: datetime, calls: int, taken: int, refused: int) -> None:
        count = self._counted.get(key_id)
        if count is None:
            count = self._counted[key_id] = _Count(at)
        count.at = max(count.at, at)
        count.calls += calls
        count.taken += taken
        count.refused += refused

    def _write_for_ever(self) -> None:
        pause = threading.Event()
        while True:
            self._wake.wait()
            pause.wait(FIRST_WRITTEN_AFTER_SECONDS)
            self._wake.clear()
            try:
                self.write()
            except DatabaseTrouble:
                _log.warning("uses of keys could not be written; they are kept until the next time")
                self._wake.set()
            finally:
                connection.close()  # it is needed for a moment a minute
            pause.wait(WRITTEN_EVERY_SECONDS - FIRST_WRITTEN_AFTER_SECONDS)
