"""The first rows of the chosen parts at hand in the database, in place of all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from regulars.analytics.compute.reading import delimited, parquet, sql
from regulars.analytics.compute.reading.blanks import tidy_sql
from regulars.analytics.compute.reading.families import Chosen
from regulars.analytics.compute.reading.findings import Source
from regulars.analytics.compute.reading.limits import SAMPLE_ROWS
from regulars.analytics.compute.reading.loading import Loaded, needed
from regulars.analytics.compute.reading.plans import Part
from regulars.analytics.compute.reading.types import ParquetContent, Table

_HEAD = "reading_head_{}"


def is_whole(table: Table) -> bool:
    """Whether the sample holds every row of the part."""
    if isinstance(table.content, ParquetContent):
        return table.content.rows <= SAMPLE_ROWS
    return len(table.rows) < SAMPLE_ROWS


@contextmanager
def load(con: duckdb.DuckDBPyConnection, chosen: Chosen) -> Iterator[list[Loaded]]:
    """As `loading.load`, from the samples alone: nothing is read again but Parquet."""
    loaded: list[Loaded] = []
    offset = 0
    try:
        for number, (table, mapped) in enumerate(chosen):
            relation = _HEAD.format(number)
            if isinstance(table.content, ParquetContent):
                scan = parquet.scan_sql(table.content.path)
                con.execute(f"CREATE TABLE {relation} AS FROM {scan} LIMIT {SAMPLE_ROWS}")
            else:
                _stage(con, table, needed(mapped.choices), relation)
            part = Part(table, mapped.choices, Source(relation, is_file=False), number, offset)
            loaded.append(Loaded(part, mapped, len(table.rows)))
            offset += len(table.rows)
        yield loaded
    finally:
        for number in range(len(chosen)):
            con.execute(f"DROP TABLE IF EXISTS {_HEAD.format(number)}")


def _stage(con: duckdb.DuckDBPyConnection, table: Table, columns: set[int], relation: str) -> None:
    sources = [table.columns[i].source for i in sorted(columns)]
    values = [pa.array(table.sample[i], pa.string()) for i in sorted(columns)]
    rows = pa.array(table.rows, pa.int64())
    con.register("reading_incoming", pa.table([*values, rows], names=[*sources, delimited.ROW]))
    picked = ", ".join(f"{tidy_sql(sql.ident(name))} AS {sql.ident(name)}" for name in sources)
    try:
        con.execute(f"CREATE TABLE {relation} AS SELECT {delimited.ROW}, {picked} FROM reading_incoming")  # noqa: S608
    finally:
        con.unregister("reading_incoming")
