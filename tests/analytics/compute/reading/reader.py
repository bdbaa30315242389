"""Real files for the tests of reading, and what comes out of them."""

from __future__ import annotations

import contextlib
import csv
import io
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from regulars.analytics.compute.engine import connection
from regulars.analytics.compute.reading import CostsReading, Reading, ReadingOptions, read_costs, read_orders
from regulars.analytics.errors import InputError
from regulars.analytics.progress import Silent

Rows = list[dict[str, Any]]
Cells = Sequence[Sequence[Any]]
Evaluate = Callable[..., Any]


@dataclass(frozen=True)
class Outcome:
    reading: Reading
    rows: Rows

    @property
    def notes(self) -> dict[str, dict[str, str | int | float]]:
        return {note.code: note.facts for note in self.reading.notes}

    def column(self, name: str) -> list[Any]:
        return [row[name] for row in self.rows]


# Ids that are numbers in all of a Parquet input stay numbers; what matters is how they are written.
_ROWS = """
SELECT * REPLACE (customer_id::VARCHAR AS customer_id, order_id::VARCHAR AS order_id) FROM lines ORDER BY row
"""


class Reader:
    def __init__(self, folder: Path, con: duckdb.DuckDBPyConnection) -> None:
        self.folder = folder
        self.con = con

    def file(self, content: str | bytes, name: str = "orders.csv", encoding: str = "utf-8") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
        return path

    def text(
        self, content: str, encoding: str = "utf-8", name: str = "orders.csv", **options: Any
    ) -> Outcome:
        return self.read(self.file(content, name, encoding), **options)

    def read(self, *paths: Path, **options: Any) -> Outcome:
        """On a fresh database each time, as a reading shuts the one it is given."""
        with connection(threads=1) as con:
            reading = read_orders(con, paths, _options(options), Silent())
            return Outcome(reading, rows_of(con, _ROWS))

    def costs(self, path: Path, **options: Any) -> tuple[CostsReading, list[tuple[Any, ...]]]:
        with connection(threads=1) as con:
            reading = read_costs(con, path, _options(options), Silent())
            return reading, con.execute("SELECT channel, day, cost FROM costs ORDER BY ALL").fetchall()

    def refusal(self, *paths: Path, **options: Any) -> InputError:
        """The error a reading ends with; nothing else may come out of it."""
        before = _left_behind()
        try:
            outcome = self.read(*paths, **options)
        except InputError as error:
            assert _left_behind() == before, "temporary files are left"
            return error
        raise AssertionError(f"read {outcome.reading}")


@contextlib.contextmanager
def on_fresh_database(*paths: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The database after a reading."""
    with connection(threads=1) as con:
        read_orders(con, paths, _options({}), Silent())
        yield con


def _left_behind() -> set[str]:
    return {p.name for p in Path(tempfile.gettempdir()).glob("regulars-reading-*")}


def _options(given: Mapping[str, Any]) -> ReadingOptions:
    return ReadingOptions(**{"timezone": "Europe/Moscow", **given})


def rows_of(con: duckdb.DuckDBPyConnection, query: str) -> Rows:
    result = con.execute(query)
    names = [d[0] for d in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def csv_text(cells: Cells, delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(cells)
    return out.getvalue()


def write_xlsx(path: Path, sheets: Mapping[str, Cells], **options: Any) -> Path:
    """Sheets by name, with typed dates. `merge`: (sheet, top, left, bottom, right, value)."""
    merged = options.pop("merge", ())
    with xlsxwriter.Workbook(str(path)) as book:
        moment = book.add_format({"num_format": "dd.mm.yyyy hh:mm:ss"})
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        clock = book.add_format({"num_format": "hh:mm:ss"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for top, left, bottom, right, value in [m[1:] for m in merged if m[0] == name]:
                sheet.merge_range(top, left, bottom, right, value)
            for r, cells in enumerate(rows):
                for c, cell in enumerate(cells):
                    if isinstance(cell, datetime):
                        sheet.write_datetime(r, c, cell, moment)
                    elif isinstance(cell, date):
                        sheet.write_datetime(r, c, cell, day)
                    elif isinstance(cell, time):
                        sheet.write_datetime(r, c, cell, clock)
                    elif isinstance(cell, str):
                        sheet.write_string(r, c, cell)
                    elif cell is not None:
                        sheet.write(r, c, cell)
    return path


def write_parquet(path: Path, columns: Mapping[str, Any], **options: Any) -> Path:
    pq.write_table(pa.table(dict(columns)), path, **options)
    return path


def write_zip(path: Path, members: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


SMALL = (
    "customer_id,order_id,ordered_at,amount\n7,A1,2024-03-05 10:00:00,10.50\n8,A2,2024-03-06 11:00:00,20\n"
)
