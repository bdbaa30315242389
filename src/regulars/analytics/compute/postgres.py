"""Reading the shop's PostgreSQL in bulk: Arrow over a connection of its own, all of it at one moment."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from adbc_driver_postgresql import dbapi

from regulars.analytics.compute import address

READ_SECONDS_MAX = 3600
"""Reading a large shop takes longer than a page's statement may; it holds back no reader of the log."""


class Snapshot:
    """The shop as it stood when `begin` was called, whatever is written meanwhile."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def begin(self) -> None:
        """Settle the moment: the first look at a table does."""
        self._cursor.execute("SELECT count(*) FROM (SELECT FROM pg_class LIMIT 1) AS look")
        self._cursor.fetchall()

    def read(self, query: str) -> pa.RecordBatchReader:
        """The rows of a query as they come; to be read to the end before the next query."""
        self._cursor.execute(query)
        return self._cursor.fetch_record_batch()


@contextlib.contextmanager
def snapshot() -> Iterator[Snapshot]:
    """Read only, and gone with the block. Its moment is that of `begin`, or else of the first read."""
    with dbapi.connect(address.conninfo()) as postgres, postgres.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            cursor.execute(f"SET LOCAL {limit} = '{READ_SECONDS_MAX}s'")
        yield Snapshot(cursor)
