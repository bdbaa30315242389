"""How keys are used, counted in memory and written behind.

A call writes nothing for it: a row a key that every call changes would have them all wait for each other.
So a process that dies loses the last minute of these counts, and nothing else.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import replace

from django.db import Error as DatabaseTrouble
from django.db import connection

from regulars.kit import clock
from regulars.team import services
from regulars.team.types import KeyUse

WRITTEN_EVERY_SECONDS = 60.0
FIRST_WRITTEN_AFTER_SECONDS = 1.0
"""After a quiet time the first use is written sooner: somebody may be waiting to see whether it works."""

_log = logging.getLogger(__name__)


class Uses:
    """What was counted since it was last written."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counted: dict[int, KeyUse] = {}
        self._wake = threading.Event()
        self._behind = False
        self._writer: threading.Thread | None = None

    def count(self, key_id: int, *, calls: int, taken: int, refused: int) -> None:
        """Add a use."""
        use = KeyUse(key_id=key_id, at=clock.now(), calls=calls, taken=taken, refused=refused)
        with self._lock:
            self._add(use)
            if self._behind and (self._writer is None or not self._writer.is_alive()):
                self._writer = threading.Thread(target=self._write_for_ever, name="key-uses", daemon=True)
                self._writer.start()
        self._wake.set()

    def write(self) -> None:
        """Write what was counted. Raises DatabaseError; what was not written is kept for the next time."""
        with self._lock:
            uses = list(self._counted.values())
            self._counted.clear()
        try:
            services.note_keys_used(uses=uses)
        except BaseException:
            with self._lock:
                for use in uses:
                    self._add(use)
            raise

    def write_behind(self) -> None:
        """From now on a thread of this process writes, begun with the first use."""
        self._behind = True

    def forget(self) -> None:
        """Count from nothing; for tests."""
        with self._lock:
            self._counted.clear()

    def _add(self, use: KeyUse) -> None:
        before = self._counted.get(use.key_id)
        if before is not None:
            use = replace(
                use,
                at=max(before.at, use.at),
                calls=before.calls + use.calls,
                taken=before.taken + use.taken,
                refused=before.refused + use.refused,
            )
        self._counted[use.key_id] = use

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
            finally:
                connection.close()  # it is needed for a moment a minute
            pause.wait(WRITTEN_EVERY_SECONDS - FIRST_WRITTEN_AFTER_SECONDS)
