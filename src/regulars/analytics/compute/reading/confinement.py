"""The database may read the files it was given, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

from regulars.analytics.compute.reading import sql


def confine(con: duckdb.DuckDBPyConnection, files: Iterable[Path]) -> None:
    """Shut the connection off from everything but `files`; for good, as this cannot be taken back.

    A connection that was shut before stays as it is: whoever did it has allowed what he wanted.
    """
    (is_open,) = sql.row(con, "SELECT current_setting('enable_external_access')")
    if not is_open:
        return
    con.execute("SET autoinstall_known_extensions = false")
    con.execute("SET autoload_known_extensions = false")
    con.execute(f"SET allowed_paths = [{sql.texts(str(f) for f in files)}]")
    con.execute("SET enable_external_access = false")
