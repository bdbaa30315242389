"""A Parquet file: whether it can be what it claims, its columns, and its first rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from regulars.analytics.compute.reading import limits, sql
from regulars.analytics.compute.reading.archives import Folder, broken
from regulars.analytics.compute.reading.blanks import is_untidy_sql
from regulars.analytics.compute.reading.sniffing import too_many_columns
from regulars.analytics.compute.reading.types import Column, ParquetContent, PlainFile, Table
from regulars.analytics.errors import InputError

_NESTED = ("STRUCT", "MAP", "UNION", "VARIANT", "GEOMETRY")


def table(con: duckdb.DuckDBPyConnection, file: PlainFile, family: str | None) -> Table:
    rows = _checked_rows(file)
    relation = scan_sql(file.path)
    try:
        described = con.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()  # noqa: S608 -- path quoted
        columns = tuple(
            Column(name, name, type_name)
            for name, type_name, *_rest in described
            if name != "file_row_number"
        )
        sample = _sample(con, relation, columns)
    except duckdb.Error as error:
        raise broken(file.name) from error
    count = len(sample[0]) if sample else 0
    return Table(
        name=file.name,
        columns=columns,
        sample=sample,
        rows=tuple(range(1, count + 1)),
        content=ParquetContent(file.path, rows, in_place=file.is_original),
        size=file.path.stat().st_size,
        family=family,
    )


def scan_sql(path: Path) -> str:
    return f"read_parquet({sql.text(str(path))}, file_row_number = true, binary_as_string = true)"


def as_text(file: PlainFile, folder: Folder) -> PlainFile:
    """A small Parquet file as a sheet, for a connection that may read no files."""
    if _checked_rows(file) > limits.MANY_ROWS:
        raise InputError(
            "too_many_rows",
            _("%(name)s has more than %(limit)s million rows. Give the last years only.")
            % {"name": file.name, "limit": limits.MANY_ROWS // 10**6},
        )
    target = folder.subfolder() / "sheet"
    try:
        pcsv.write_csv(pq.read_table(file.path), target)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise broken(file.name) from error
    return PlainFile(target, file.name, "workbook", file.origin)


def look_through(con: duckdb.DuckDBPyConnection, path: Path, columns: Sequence[Column]) -> set[str]:
    """The texts among the columns that need no cleaning, by their sources.

    Looked for once, so that a view need not clean them each time; and every page of the columns is opened, so
    that a damaged one is found here and not in the midst of the figures.
    """
    texts = [c.source for c in columns if c.type == "VARCHAR"]
    others = [c.source for c in columns if c.type != "VARCHAR"]
    counts = [f"count(*) FILTER ({is_untidy_sql(sql.ident(name))})" for name in texts]
    opened = [f"bit_xor(hash({sql.ident(name)}))" for name in others]
    found = sql.row(con, f"SELECT {', '.join(counts + opened)} FROM {scan_sql(path)}")  # noqa: S608 -- quoted
    return {name for name, untidy in zip(texts, found, strict=False) if not untidy}


def is_usable(type_name: str) -> bool:
    """Nested columns hold no field."""
    return not type_name.startswith(_NESTED) and not type_name.endswith("]")


def _checked_rows(file: PlainFile) -> int:
    try:
        with pq.ParquetFile(file.path) as opened:
            meta: Any = opened.metadata
            rows, columns = int(meta.num_rows), int(meta.num_columns)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise broken(file.name) from error
    size = file.path.stat().st_size
    bomb = rows > limits.MANY_ROWS and size < rows * limits.MIN_BYTES_PER_ROW
    if rows > limits.MAX_ROWS or bomb:
        raise InputError(
            "too_much_inside",
            _("%(name)s claims more rows than a table of orders of its size can have: %(rows)s.")
            % {"name": file.name, "rows": rows},
        )
    if columns > limits.MAX_COLUMNS:
        raise too_many_columns(file.name, columns)
    return rows


def _sample(
    con: duckdb.DuckDBPyConnection, relation: str, columns: tuple[Column, ...]
) -> tuple[tuple[str, ...], ...]:
    usable = [c.name for c in columns if is_usable(c.type)]
    picked = ", ".join(
        f"coalesce(left({sql.ident(name)}::VARCHAR, {limits.MAX_CELL_BYTES}), '')" for name in usable
    )
    if not usable:
        return tuple(() for _c in columns)
    query = f"SELECT {picked} FROM {relation} LIMIT {limits.SAMPLE_ROWS}"  # noqa: S608 -- names quoted
    rows = con.execute(query).fetchall()
    by_name = dict(zip(usable, zip(*rows, strict=True) if rows else [()] * len(usable), strict=True))
    blank = ("",) * len(rows)
    return tuple(by_name.get(c.name, blank) for c in columns)
