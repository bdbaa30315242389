"""Pieces of SQL: names and texts that come from a file are always quoted here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import duckdb


def row(con: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    """The first row. All are fetched: a result that is not read to its end holds the connection."""
    found: tuple[Any, ...] = con.execute(query).fetchall()[0]
    return found


def ident(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def texts(values: Iterable[str]) -> str:
    return ", ".join(text(v) for v in values)
