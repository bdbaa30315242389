"""Locks that say "somebody is at it", held in PostgreSQL and gone with the process that took them."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Collection, Iterator
from enum import IntEnum

from django.db import connection


class Space(IntEnum):
    """What a lock is about. The numbers are for ever: two releases may run side by side."""

    SCHEDULE = 1
    IMPORT = 2
    LAKE = 3
    BACKFILL = 4
    SEGMENTS = 5
    ATTRIBUTES = 6
    ERASURE = 7
    POINTS_OF_ORDERS = 8
    STAMPS_OF_ORDERS = 9
    POINTS_OF_PERSONS = 10


@contextlib.contextmanager
def alone(space: Space, name: str) -> Iterator[bool]:
    """Within the block nobody else holds this lock; yields False at once if somebody does.

    The lock lives on a connection of its own, outside any transaction: so it lasts over the
    transactions of the work, holds back no reader of the log, and the server frees it when we die.
    """
    guard = connection.copy()
    try:
        with guard.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [space.value, _number(name)])
            held = bool(cursor.fetchone()[0])
        yield held
    finally:
        # Given back by hand: a pool would keep the connection, and with it the lock.
        with contextlib.suppress(Exception), guard.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")
        guard.close()


def share(space: Space, name: str) -> None:
    """Hold this lock together with all who share it, until the transaction ends; waits for `hold`."""
    _take("SELECT pg_advisory_xact_lock_shared(%s, %s)", space, name)


def hold(space: Space, name: str) -> None:
    """Hold this lock until the transaction ends, after all who share it are done."""
    _take("SELECT pg_advisory_xact_lock(%s, %s)", space, name)


def hold_numbers(space: Space, numbers: Collection[int]) -> None:
    """Hold the locks of these numbers until the transaction ends, all taken in one order.

    Some hundreds at most: the server has room for some thousand locks in all.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("such a lock is held until the transaction ends, and there is none")
    wanted = sorted({_number(str(number)) for number in numbers})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, n) FROM unnest(%s::int[]) AS n", [space.value, wanted]
        )


def _take(statement: str, space: Space, name: str) -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("such a lock is held until the transaction ends, and there is none")
    with connection.cursor() as cursor:
        cursor.execute(statement, [space.value, _number(name)])


def is_held(space: Space, name: str) -> bool:
    """Whether somebody is at it right now; for pages, who comes next must ask `alone`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
            "AND classid = %s AND objid = %s)",
            [space.value, _number(name) % 2**32],
        )
        return bool(cursor.fetchone()[0])


def _number(name: str) -> int:
    """32 bits of the name; two names that share them only wait for each other needlessly."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big", signed=True)
