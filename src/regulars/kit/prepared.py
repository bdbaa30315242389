"""Statements asked so often, and planned so long, that each connection keeps them prepared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.utils import CursorWrapper
from psycopg.pq import Format


class _Cursor(CursorWrapper):
    """Notes what was asked where Django would, which cannot say it of values bound by the server."""

    def execute(self, sql: Any, params: Any = None) -> Any:
        done = super().execute(sql, params)
        if self.db.queries_logged:
            self.db.queries_log.append({"sql": sql, "time": ""})
        return done


@contextmanager
def prepared_cursor(*, binary: bool = False) -> Iterator[CursorWrapper]:
    """A cursor whose statements the server keeps planned for this connection.

    Values are bound by the server: their types follow from what they stand beside, so those that stand alone
    are cast. Django's own cursors bind on this side, prepare nothing, and go on so. `binary`: answers come as
    the server has them, which spares both sides the writing and reading of moments and numbers; not for
    jsonb, which then comes parsed.
    """
    connection: Any = connections[DEFAULT_DB_ALIAS]  # looked up once: it is of the thread
    connection.ensure_connection()
    raw = connection.connection
    raw.prepare_threshold = 0
    with connection.wrap_database_errors, psycopg.Cursor(raw) as cursor:
        cursor.format = Format.BINARY if binary else Format.TEXT
        made: Any = cursor  # Django wraps whatever has the methods of one
        yield _Cursor(made, connection)
