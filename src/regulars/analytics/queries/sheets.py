"""A small workbook as rows of texts, for pages that take a list out of one; read by a process of its own.

Free of heavy imports: pages ask it. Orders and the like are read by `compute.reading`, in the worker.
"""

from __future__ import annotations

import csv
import itertools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from regulars.analytics.errors import InputError

_PROGRAM: Final = Path(__file__).parents[1] / "compute" / "reading" / "workbook_process.py"
_UNREADABLE: Final = 3
MEMORY_BYTES: Final = 1024**3
"""Of the process; what needs more is no list."""
SECONDS: Final = 20
"""Somebody waits for it."""


def first_rows(book: bytes, *, limit: int) -> list[list[str]]:
    """The first rows of the first sheet that has any, at most `limit`. Raises InputError."""
    with tempfile.TemporaryDirectory(prefix="regulars-") as name:
        folder = Path(name)
        path = folder / "book"
        path.write_bytes(book)
        for sheet in _sheets(path, folder):
            with (folder / sheet).open(encoding="utf-8", newline="") as file:
                rows = [row for row in itertools.islice(csv.reader(file), limit) if any(row)]
            if rows:
                return rows
    raise InputError("empty", _("The workbook has no sheet with anything in it."))


def _sheets(path: Path, folder: Path) -> list[str]:
    """File names of the sheets with anything in them."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_PROGRAM), str(path), str(folder), str(MEMORY_BYTES)],
            capture_output=True,
            timeout=SECONDS,
            env={"PATH": os.environ.get("PATH", "")},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _too_big() from error
    if done.returncode == _UNREADABLE:
        raise InputError("broken", _("The workbook cannot be read. Save it again as XLSX or CSV."))
    if done.returncode != 0:
        raise _too_big()
    return [sheet["file"] for sheet in json.loads(done.stdout) if sheet["rows"] > 0]


def _too_big() -> InputError:
    words = _(
        "The workbook needs more memory or time than a list would. Save the sheet with the list as CSV."
    )
    return InputError("too_much_inside", words)
