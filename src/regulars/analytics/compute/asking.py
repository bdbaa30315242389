"""The lake opened for those who ask it in SQL of their own."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa
from django.utils.translation import gettext as _

from regulars.analytics.compute import lake
from regulars.analytics.compute.engine import connection
from regulars.analytics.compute.postgres import snapshot
from regulars.analytics.errors import LakeError
from regulars.analytics.services.asking import Columns
from regulars.events import queries as marks
from regulars.kit.lake import registered
from regulars.kit.locks import Space, alone

MONTH_MARKS_MAX = 100_000
"""What is above is left for the next run."""


class OpenLake:
    """`services.asking.Lake` on a connection."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self.tables = frozenset(table.name for table in registered() if self._show(table.name))

    def give(self, name: str, columns: Columns) -> None:
        arriving = pa.table({key: pa.array(values) for key, (_type, values) in columns.items()})
        typed = ", ".join(f'"{key}"::{type_} AS "{key}"' for key, (type_, _values) in columns.items())
        self._con.register("arriving", arriving)
        try:
            self._con.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT {typed} FROM arriving')  # noqa: S608
        finally:
            self._con.unregister("arriving")

    def run(self, statement: str, values: Mapping[str, Any] | None = None) -> None:
        self._con.execute(statement, dict(values) if values else None)

    def rows(self, statement: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        return self._con.execute(statement, dict(values) if values else None).fetchall()

    def _show(self, table: str) -> bool:
        files = lake.files_of(table)
        if files:
            listed = ", ".join("'" + path.replace("'", "''") + "'" for path in files)
            self._con.execute(f'CREATE VIEW "{table}" AS FROM read_parquet([{listed}], union_by_name = true)')
        return bool(files)


@contextlib.contextmanager
def open_lake(*, now: datetime, shop: Mapping[str, str]) -> Iterator[OpenLake]:
    """See `services.asking.open_lake`."""
    with connection() as con:
        with snapshot() as look:
            with alone(Space.LAKE, "lake") as mine:
                if mine:
                    month_marks = marks.touched_months(MONTH_MARKS_MAX)
                    look.begin()
                    lake.bring_up_to_date(con, look, marks=month_marks, now=now)
                elif not any(lake.files_of(table.name) for table in registered()):
                    raise LakeError(
                        _("The figures are being made already; wait until they are."), code="busy"
                    )
            for name, query in shop.items():
                con.register("arriving", look.read(query))
                con.execute(f'CREATE TABLE "{name}" AS FROM arriving')
                con.unregister("arriving")
        # Rows have no order but what is asked for: so all cores make tables.
        con.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
        yield OpenLake(con)
