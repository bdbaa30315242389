"""The database as ingest meets it: lent for a moment, now and then gone, sometimes in each other's way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection
from psycopg_pool import PoolTimeout

TRIES = 4
"""Two who wait for each other: PostgreSQL ends one of them, who comes again."""

_DEADLOCK = "40P01"
_ENDED = frozenset({"57P01", "57P02", "57P03"})
"""The server was told to stop, crashed, or is just starting."""

T = TypeVar("T")


def let_go() -> None:
    """Give the connection back to the pool; not where the caller is in a transaction (a test)."""
    if connection.connection is not None and not connection.in_atomic_block:
        connection.close()


def patiently(function: Callable[[], T]) -> T:
    """What the function gives; tried again after a deadlock, and once on a new connection if ours was dead.

    Trying again is harmless: whatever a lost commit did store is found to be there. Raises what the last
    try raised.
    """
    fresh = False
    for left in reversed(range(TRIES)):
        try:
            return function()
        except (OperationalError, InterfaceError) as error:
            if not left or connection.in_atomic_block:
                raise
            if _is_deadlock(error):
                continue
            if fresh or not _is_lost(error):
                raise
            fresh = True
            _renew()
    raise AssertionError("the last try returns or raises")


def _is_deadlock(error: Exception) -> bool:
    return getattr(error.__cause__, "sqlstate", None) == _DEADLOCK


def _is_lost(error: Exception) -> bool:
    """Whether the connection had died; not: that there is none to be had."""
    cause = error.__cause__
    state = getattr(cause, "sqlstate", None)
    return (state is None or state in _ENDED) and not isinstance(cause, PoolTimeout)


def _renew() -> None:
    """Drop ours, and the others of the pool that died with it."""
    connection.close()
    pool = getattr(connection, "pool", None)
    if pool is not None:
        pool.check()
