"""Small calls that come at the same moment share a transaction: one wait for the disk answers them all.

Whoever comes while nobody writes writes at once, for itself and for all who came meanwhile; who comes
while somebody writes waits to be taken along by the next. Callers that were answered together come back
together: so who is about to write waits a moment for as many as came the last time. A single caller waits
for nobody, and under load the number of commits does not grow with the number of calls.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from regulars.api.ingest.entries import Entry
from regulars.api.ingest.types import Result
from regulars.kit.database import is_unable

SMALL = 20
"""Calls with more items go by themselves: they would make the others wait."""
GROUP_MAX = 200
"""Most items written together."""
GATHER_SECONDS = 0.002
"""The longest wait for those who came along the last time; less than a commit takes."""
WRITERS = 1
"""So many groups at once. A second one halves the groups, and both ask for the same core."""

Write = Callable[[Sequence[Entry]], list[Result]]


def _locked() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass(slots=True)
class _Call:
    entries: Sequence[Entry]
    woken: threading.Lock = field(default_factory=_locked)
    results: list[Result] = field(default_factory=list)
    error: BaseException | None = None
    leads: bool = False


class Together:
    """Takes calls of many threads to `write`, several at a time."""

    def __init__(self, write: Write, writers: int = WRITERS) -> None:
        self._write = write
        self._lock = threading.Lock()
        self._is_full = threading.Condition(self._lock)
        self._waiting: deque[_Call] = deque()
        self._free = writers
        self._last = 1
        """How many calls the last group had."""

    def put(self, entries: Sequence[Entry]) -> list[Result]:
        """Have entries written; returns when they are on disk. Raises what writing them raised."""
        call = _Call(entries)
        with self._lock:
            call.leads = self._free > 0
            if call.leads:
                self._free -= 1
            else:
                self._waiting.append(call)
                if len(self._waiting) + 1 >= self._last:
                    self._is_full.notify()
        if not call.leads:
            call.woken.acquire()
        if call.leads:
            self._lead(call)
        if call.error is not None:
            raise call.error
        return call.results

    def _lead(self, call: _Call) -> None:
        """Write for this call and for those that wait; then let one who came meanwhile lead."""
        group = [call]
        try:
            with self._lock:
                self._is_full.wait_for(lambda: len(self._waiting) + 1 >= self._last, GATHER_SECONDS)
                room = GROUP_MAX - len(call.entries)
                while self._waiting and len(self._waiting[0].entries) <= room:
                    group.append(self._waiting.popleft())
                    room -= len(group[-1].entries)
                self._last = len(group)
            self._write_all(group)
        finally:
            with self._lock:
                if self._waiting:
                    heir = self._waiting.popleft()
                    heir.leads = True
                    heir.woken.release()
                else:
                    self._free += 1
            for other in group[1:]:
                other.woken.release()

    def _write_all(self, group: list[_Call]) -> None:
        try:
            results = self._write([entry for call in group for entry in call.entries])
        except Exception as error:
            if len(group) == 1 or is_unable(error):
                for call in group:
                    call.error = error
            else:  # one of them is to blame; the others shall not pay for it
                for call in group:
                    self._write_all([call])
            return
        start = 0
        for call in group:
            call.results = results[start : start + len(call.entries)]
            start += len(call.entries)
