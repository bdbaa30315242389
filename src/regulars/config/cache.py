"""A small cache in PostgreSQL, shared by all processes: attempts to sign in are counted in it.

Django's own database cache is not enough. Two processes that add a key at the same moment may both be
told that they were first when an expired row stands in the way, and the lock around the counting rests on
exactly that; and past a number of entries it throws away counters that still hold somebody back.
"""

from __future__ import annotations

import pickle
import time
from collections.abc import Iterable
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection

FOR_EVER = 10.0**11  # seconds since 1970: the year 5138
SET = """
INSERT INTO cache_entries (key, value, expires_at) VALUES (%s, %s, %s)
ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
"""
# One statement: of those who add the same key at once exactly one gets a row back.
ADD = f"{SET} WHERE cache_entries.expires_at <= %s RETURNING 1"
GET = "SELECT value FROM cache_entries WHERE key = %s AND expires_at > %s"
TOUCH = "UPDATE cache_entries SET expires_at = %s WHERE key = %s AND expires_at > %s"
DELETE = "DELETE FROM cache_entries WHERE key = %s"
FORGET = """
DELETE FROM cache_entries
WHERE key IN (SELECT key FROM cache_entries WHERE expires_at <= %s ORDER BY expires_at LIMIT %s)
"""


class PostgresCache(BaseCache):
    """Values are pickled, as in every cache of Django; nobody but us writes the table.

    Time is that of the machine: an entry has to go even where the shop lives in a simulated time.
    """

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        row = _one(GET, [self._key(key, version), time.time()])
        return default if row is None else pickle.loads(bytes(row[0]))  # noqa: S301 (see the class)

    def set(
        self, key: Any, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        _run(SET, [self._key(key, version), pickle.dumps(value), self._end(timeout)])

    def add(
        self, key: Any, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        parameters = [self._key(key, version), pickle.dumps(value), self._end(timeout), time.time()]
        return _one(ADD, parameters) is not None

    def touch(self, key: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return _run(TOUCH, [self._end(timeout), self._key(key, version), time.time()]) == 1

    def delete(self, key: Any, version: int | None = None) -> bool:
        return _run(DELETE, [self._key(key, version)]) == 1

    def clear(self) -> None:
        _run("DELETE FROM cache_entries", [])

    def _key(self, key: Any, version: int | None) -> str:
        return self.make_and_validate_key(key, version=version)

    def _end(self, timeout: float | None) -> float:
        end = self.get_backend_timeout(timeout)
        return FOR_EVER if end is None else end


def forget_expired(limit: int) -> int:
    """Delete entries that have expired; gives how many."""
    return _run(FORGET, [time.time(), limit])


def _one(statement: str, parameters: Iterable[Any]) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(parameters))
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def _run(statement: str, parameters: Iterable[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(parameters))
        return int(cursor.rowcount)
