"""Single rows as they stand in the file, for a person to mend."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from regulars.analytics.compute.engine import connection
from regulars.analytics.compute.reading import delimited, overrides, parquet, sql
from regulars.analytics.compute.reading import shape as shapes
from regulars.analytics.compute.reading.loading import private_folder
from regulars.analytics.compute.reading.previewing import SHAPES
from regulars.analytics.compute.reading.ragged import Ragged
from regulars.analytics.compute.reading.types import ReadingOptions, Table, TextContent
from regulars.analytics.previews import FileKind
from regulars.analytics.progress import Silent

Place = tuple[int, int]
"""(part, row as a person counts it there), as in the tables the file is read into."""


def raw_rows(
    paths: Sequence[Path], kind: FileKind, options: ReadingOptions, places: Collection[Place]
) -> dict[Place, dict[str, str]]:
    """The cells of these rows by column, in the order of the columns; rows that are not there are left out.

    Reads the files once more. Raises `InputError` as reading them does.
    """
    shape = SHAPES[kind]
    said = shape.said(options.mapping)
    found: dict[Place, dict[str, str]] = {}
    with connection(threads=1) as con, private_folder() as folder:
        opened = shapes.open_tables(con, paths, folder, Silent(), shape, overrides.named(said))
        chosen, _left_out = shapes.select(opened, said, shape)
        for part, (table, _mapped) in enumerate(chosen):
            wanted = {row for of, row in places if of == part}
            for row, cells in _rows(con, table, wanted) if wanted else ():
                found[part, row] = cells
    return found


def _rows(
    con: duckdb.DuckDBPyConnection, table: Table, wanted: set[int]
) -> Iterator[tuple[int, dict[str, str]]]:
    names = [column.name for column in table.columns]
    content = table.content
    if isinstance(content, TextContent):
        found: Iterable[tuple[Any, ...]] = _of_text(content, len(names), wanted)
    else:
        picked = ", ".join(f"{sql.ident(column.source)}::VARCHAR" for column in table.columns)
        found = con.execute(
            f"SELECT file_row_number + 1 AS part_row, {picked} FROM {parquet.scan_sql(content.path)} "  # noqa: S608
            "WHERE part_row IN (SELECT unnest($rows))",
            {"rows": sorted(wanted)},
        ).fetchall()
    for row, *cells in found:
        yield row, {name: cell or "" for name, cell in zip(names, cells, strict=True)}


def _of_text(content: TextContent, width: int, wanted: set[int]) -> Iterator[tuple[Any, ...]]:
    """Ends as soon as all are found: the first rows of a large file are near."""
    left = set(wanted)
    rows = pa.array(sorted(wanted), pa.int64())
    columns = [*delimited.names(width)]
    for batch in delimited.batches(content, width, lambda position: None, Ragged()):
        picked = batch.filter(pc.is_in(batch.column(delimited.ROW), rows))
        numbers = picked.column(delimited.ROW).to_pylist()
        yield from zip(numbers, *(picked.column(name).to_pylist() for name in columns), strict=True)
        left.difference_update(numbers)
        if not left:
            return
