"""Our side: a whole import, from taking the file to the last batch, with its events and what undo needs.

`python -m bench.imports.ours FILE [FOLDER]`: the rows it made are written into the folder for the other side.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from bench.imports.tables import TABLES, columns_of, counts, empty  # noqa: E402
from bench.processes import measured  # noqa: E402
from regulars.imports import queries, services  # noqa: E402
from regulars.imports.types import Origin, State  # noqa: E402
from regulars.kit import clock  # noqa: E402


def bring_in(path: Path) -> None:
    number = services.take_file(
        name=path.name,
        path=path,
        kind="orders",
        user_id=None,
        now=clock.now(),
        origin=Origin.COMMAND,
        examine=False,
    )
    services.start(import_id=number, user_id=None, now=clock.now())
    services.advance(import_id=number, clock=clock.now)
    row = queries.import_state(number)
    if row is None or row.state is not State.DONE:
        raise RuntimeError(f"the import did not end well: {row}")


def write_rows(folder: Path) -> None:
    """Every row as COPY reads it best."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for table in TABLES:
            select = f"SELECT {columns_of(table)} FROM {table}"
            target = (folder / table).open("wb")
            with target, cursor.copy(f"COPY ({select}) TO STDOUT (FORMAT binary)") as rows:
                for block in rows:
                    target.write(block)


def main(path: Path, folder: Path | None) -> None:
    empty()
    with tempfile.TemporaryDirectory(prefix="regulars-bench-") as home:
        settings.HOME = Path(home)
        measured(lambda: (bring_in(path), counts())[1])
    if folder is not None:
        write_rows(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
