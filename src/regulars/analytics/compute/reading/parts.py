"""Each plain file as a table: its columns, its first rows, and how to get at the rest."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa
from django.utils.translation import gettext as _

from regulars.analytics.compute.reading import delimited, encoding, layout, parquet, textstream
from regulars.analytics.compute.reading.limits import SAMPLE_ROWS
from regulars.analytics.compute.reading.names import squash
from regulars.analytics.compute.reading.ragged import Ragged
from regulars.analytics.compute.reading.recognition import Roles, is_known
from regulars.analytics.compute.reading.sniffing import not_text
from regulars.analytics.compute.reading.types import Column, PlainFile, Table, TextContent
from regulars.analytics.errors import InputError

Found = list[tuple[PlainFile, str | None]]


def tables(
    con: duckdb.DuckDBPyConnection, files: Found, roles: Roles, named: Sequence[str]
) -> tuple[list[Table], list[str]]:
    """The tables, and the names of members of families that are none.

    `named`: columns that the person has named; they make a row a header as well.
    """
    found: list[Table] = []
    refused: list[tuple[str, InputError]] = []
    for file, family in files:
        try:
            found.append(_table(con, file, family, roles, named))
        except InputError as error:
            if family is None:
                raise
            refused.append((file.name, error))
    if not found:
        raise refused[0][1]
    return found, [name for name, _error in refused]


def _table(
    con: duckdb.DuckDBPyConnection, file: PlainFile, family: str | None, roles: Roles, named: Sequence[str]
) -> Table:
    if file.kind == "parquet":
        table = parquet.table(con, file, family)
    else:
        table = _text_table(file, family, roles, named)
    if not any(table.sample):
        raise InputError("no_rows", _("%(name)s has column names but no rows.") % {"name": file.name})
    return table


def _text_table(file: PlainFile, family: str | None, roles: Roles, named: Sequence[str]) -> Table:
    is_sheet = file.kind == "workbook"
    found = encoding.Encoding("utf-8", "utf-8") if is_sheet else encoding.detect(file.path)
    if found is None:
        raise not_text(file.name)
    whole = TextContent(file.path, found.codec, ",", None, 0, 1, found.has_nul)
    head = textstream.head(whole)
    if not head.strip(" \t\r\n,;|\ufeff"):
        raise InputError("empty", _("%(name)s is empty.") % {"name": file.name})
    known_names = {squash(n) for n in named}
    laid = layout.find(
        head, file.name, lambda n: is_known(roles, n) or squash(n) in known_names, "," if is_sheet else None
    )
    content = TextContent(
        file.path,
        found.codec,
        laid.delimiter,
        laid.escape,
        laid.skip_lines,
        laid.header_row + 1,
        found.has_nul,
    )
    sample, rows = _sample(content, len(laid.names), file.name)
    return Table(
        name=file.name,
        columns=tuple(
            Column(n, s, is_tidy=True)
            for n, s in zip(laid.names, delimited.names(len(laid.names)), strict=True)
        ),
        sample=sample,
        rows=rows,
        content=content,
        size=file.path.stat().st_size,
        family=family,
        encoding=None if is_sheet else found.label,
        delimiter=None if is_sheet else laid.delimiter,
        damaged=found.damaged,
    )


def _sample(
    content: TextContent, width: int, name: str
) -> tuple[tuple[tuple[str, ...], ...], tuple[int, ...]]:
    taken: list[pa.RecordBatch] = []
    count = 0
    try:
        for batch in delimited.batches(content, width, lambda _n: None, Ragged()):
            taken.append(batch)
            count += batch.num_rows
            if count >= SAMPLE_ROWS:
                break
    except pa.ArrowInvalid as error:
        raise not_text(name) from error
    if not taken:
        return ((),) * width, ()
    table = pa.Table.from_batches(taken).slice(0, SAMPLE_ROWS)
    columns = tuple(tuple(table.column(i).to_pylist()) for i in range(width))
    return columns, tuple(table.column(delimited.ROW).to_pylist())
