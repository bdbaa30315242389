"""The least that can be done: the same rows, split into tables beforehand, by COPY in one transaction.

The tables have the same indexes, keys and checks. `python -m bench.imports.bare FOLDER`
"""

from __future__ import annotations

import sys
from pathlib import Path

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from bench.imports.tables import TABLES, columns_of, counts, empty  # noqa: E402
from bench.processes import measured  # noqa: E402

BLOCK = 1024 * 1024


@transaction.atomic
def copy(folder: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        for table in TABLES:
            statement = f"COPY {table} ({columns_of(table)}) FROM STDIN (FORMAT binary)"
            with (folder / table).open("rb") as source, cursor.copy(statement) as rows:
                while block := source.read(BLOCK):
                    rows.write(block)


def main(folder: Path) -> None:
    empty()
    measured(lambda: (copy(folder), counts())[1])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
