"""The engine under the audit: DuckDB in the memory of this process, and Ibis on the same connection."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from typing import Any

import duckdb
import ibis
import ibis.backends.sql.compilers  # else loaded by the first expression, in the midst of the work
import ibis.expr.types as ir

MEMORY_LIMIT = "2GiB"
"""What DuckDB may hold before it spills; the rest of the process needs well under 1 GiB beside it."""
SPILL_LIMIT = "64GiB"
"""What may be spilled; beyond it the work fails instead of filling the disk of a small server."""


@contextlib.contextmanager
def connection(
    *, memory_limit: str = MEMORY_LIMIT, threads: int | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty database in memory that spills into a private folder, which goes with it.

    It loads no extensions, so nothing is ever fetched from the network. `threads`: all cores if None.
    """
    with tempfile.TemporaryDirectory(prefix="regulars-") as folder:  # made with mode 0700
        config: dict[str, Any] = {
            "memory_limit": memory_limit,
            "temp_directory": folder,
            "max_temp_directory_size": SPILL_LIMIT,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if threads is not None:
            config["threads"] = threads
        con = duckdb.connect(":memory:", config=config)
        try:
            yield con
        finally:
            con.close()


class Engine:
    """Runs Ibis expressions on a DuckDB connection, whose tables they name.

    Ibis only writes the SQL: its own DuckDB back end would load pandas to hand out a few rows.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con

    def keep(self, name: str, expression: ir.Table) -> ir.Table:
        """Compute `expression` once, into the table `name` (replaced if it exists)."""
        self.con.execute(f'CREATE OR REPLACE TABLE "{name}" AS {_sql(expression)}')
        return ibis.table(expression.schema(), name=name)

    def rows(self, expression: ir.Table) -> list[dict[str, Any]]:
        """The rows of a small result; sums of money come as Decimal, days as date."""
        result = self.con.execute(_sql(expression))
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def row(self, expression: ir.Table) -> dict[str, Any]:
        """The only row of a result."""
        (row,) = self.rows(expression)
        return row


def _sql(expression: ir.Table) -> str:
    return str(ibis.to_sql(expression, dialect="duckdb", pretty=False))
