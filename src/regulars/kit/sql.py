"""Statements of our own, asked on Django's connection: what they give, and what they change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

Values = Sequence[Any] | Mapping[str, Any] | None
"""What a statement binds, by place or by name; None where it binds nothing and has a plain `%`."""


def rows(statement: str, values: Values = None) -> list[tuple[Any, ...]]:
    """All rows it gives; none where it gives nothing at all, such as an insert."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall()) if cursor.description else []


def row(statement: str, values: Values = None) -> tuple[Any, ...] | None:
    """The first row it gives."""
    return next(iter(rows(statement, values)), None)


def column(statement: str, values: Values = None) -> list[Any]:
    """The first column of all rows it gives."""
    return [found[0] for found in rows(statement, values)]


def value(statement: str, values: Values = None) -> Any:
    """The first column of the first row; None where there is no row."""
    found = row(statement, values)
    return found[0] if found else None


def run(statement: str, values: Values = None) -> int:
    """Have it done; gives how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def columns(of: Iterable[Sequence[Any]]) -> list[list[Any]]:
    """The columns of some rows, one at least, as `unnest` takes them."""
    return [list(one) for one in zip(*of, strict=True)]
