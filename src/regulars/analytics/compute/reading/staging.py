"""Delimited texts into tables of the database: the needed columns only, tidied, blanks as NULL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import pyarrow as pa
from django.utils.translation import gettext as _

from regulars.analytics.compute.reading import delimited
from regulars.analytics.compute.reading.archives import broken, no_room
from regulars.analytics.compute.reading.blanks import tidy_sql
from regulars.analytics.compute.reading.limits import MAX_ROWS
from regulars.analytics.compute.reading.ragged import Ragged
from regulars.analytics.compute.reading.types import Table, TextContent
from regulars.analytics.errors import InputError
from regulars.analytics.progress import Progress

_INCOMING = "reading_incoming"


@dataclass(frozen=True, slots=True)
class Staged:
    relation: str
    rows: int
    ragged: Ragged


def stage(
    con: duckdb.DuckDBPyConnection, table: Table, needed: set[int], relation: str, progress: Progress
) -> Staged:
    """The table `relation` with `part_row` and the columns needed, under their sources' names."""
    assert isinstance(table.content, TextContent)  # noqa: S101 -- Parquet is read in its place
    ragged = Ragged()
    counted = _Counted(table, progress)
    width = len(table.columns)
    columns = delimited.names(width)
    schema = pa.schema([*((c, pa.string()) for c in columns), (delimited.ROW, pa.int64())])
    incoming = delimited.batches(table.content, width, counted.on_read, ragged)
    picked = ", ".join(f"{tidy_sql(columns[i])} AS {columns[i]}" for i in sorted(needed))
    con.register(_INCOMING, pa.RecordBatchReader.from_batches(schema, counted.rows_of(incoming)))
    try:
        con.execute(f"CREATE TABLE {relation} AS SELECT {delimited.ROW}, {picked} FROM {_INCOMING}")  # noqa: S608
    except duckdb.Error as error:
        if counted.too_many:
            raise InputError(
                "too_many_rows",
                _("%(name)s has more than %(limit)s million rows. Give the last years only.")
                % {"name": table.name, "limit": MAX_ROWS // 10**6},
            ) from error
        raise (no_room if isinstance(error, duckdb.OutOfMemoryException) else broken)(table.name) from error
    finally:
        con.unregister(_INCOMING)
    return Staged(relation, counted.rows, ragged)


class _Counted:
    """Tells the progress, and ends the reading of a table that does not end."""

    def __init__(self, table: Table, progress: Progress) -> None:
        self.rows = 0
        self.too_many = False
        self._table = table
        self._progress = progress
        self._text = _("Reading %(name)s") % {"name": table.name}

    def on_read(self, position: int) -> None:
        self._progress.step(self._text, min(1.0, position / max(self._table.size, 1)))

    def rows_of(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            self.rows += batch.num_rows
            if self.rows > MAX_ROWS:
                # Not an InputError yet: this thread of the database does not know the person's language.
                self.too_many = True
                raise ValueError
            yield batch
