"""What few rows say that change once in a while and are asked for with every call: kept for a moment.

So what is changed at once is known to every process that much later; the process that changes it says
`forget`, now and once it is committed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db import connection, transaction

KEPT_SECONDS = 2.0

T = TypeVar("T")
_all: list[Kept[Any]] = []


class Kept(Generic[T]):
    """What `read` gives, kept by the process."""

    def __init__(self, read: Callable[[], T]) -> None:
        self._read = read
        self._kept: tuple[float, T] | None = None
        _all.append(self)

    def get(self) -> T:
        """As it was read within the last seconds, or reads it."""
        kept = self._kept
        if kept is not None and time.monotonic() < kept[0]:
            return kept[1]
        found = self._read()
        # What is read within a transaction may not be committed yet, or be gone with it.
        if not connection.in_atomic_block:
            self._kept = (time.monotonic() + KEPT_SECONDS, found)
        return found

    def forget(self) -> None:
        """Read it anew next time, and after the transaction around us."""
        self._drop()
        if connection.in_atomic_block:
            transaction.on_commit(self._drop)

    def _drop(self) -> None:
        self._kept = None


def forget_all() -> None:
    """Keep nothing; for tests, of which each has another database before it."""
    for one in _all:
        one._drop()
