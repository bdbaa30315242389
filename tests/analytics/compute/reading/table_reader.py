"""Tables of the kinds that are brought in, and previews, out of texts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.analytics.compute.reading.reader import Reader, Rows, rows_of

from regulars.analytics.compute.engine import connection
from regulars.analytics.compute.reading import (
    Reading,
    ReadingOptions,
    preview,
    read_costs,
    read_customers,
    read_orders,
    read_products,
    read_returns,
)
from regulars.analytics.errors import InputError
from regulars.analytics.previews import FileKind, Preview
from regulars.analytics.progress import Silent

_READERS: dict[str, tuple[Callable[..., Reading], str]] = {
    "orders": (read_orders, "lines"),
    "customers": (read_customers, "people"),
    "products": (read_products, "goods"),
    "returns": (read_returns, "backs"),
}


def read(kind: str, *paths: Path, **mapping: str) -> tuple[Reading, Rows]:
    """With details, on a fresh database."""
    how = ReadingOptions(timezone="Europe/Moscow", mapping=mapping, with_details=True)
    with connection(threads=1) as con:
        function, table = _READERS[kind]
        reading = function(con, list(paths), how, Silent())
        return reading, rows_of(con, f"SELECT * FROM {table} ORDER BY row")


def read_text(reader: Reader, kind: str, content: str, **mapping: str) -> tuple[Reading, Rows]:
    return read(kind, reader.file(content, f"{kind}.csv"), **mapping)


def costs(path: Path, **mapping: str) -> Rows:
    how = ReadingOptions(timezone="Europe/Moscow", mapping=mapping, with_details=True)
    with connection(threads=1) as con:
        read_costs(con, path, how, Silent())
        return rows_of(con, "SELECT * FROM costs ORDER BY row")


def refusal(kind: str, path: Path, **mapping: str) -> InputError:
    try:
        _reading, rows = read(kind, path, **mapping)
    except InputError as error:
        return error
    raise AssertionError(f"read {rows}")


def look(path: Path, kind: FileKind | None = None, **mapping: str) -> Preview:
    how = ReadingOptions(timezone="Europe/Moscow", mapping=mapping, with_details=True)
    return preview([path], kind, how, Silent())


def column(rows: Rows, name: str) -> list[Any]:
    return [row[name] for row in rows]
