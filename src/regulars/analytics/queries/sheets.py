"""The rows of a small table somebody chose in a form: CSV or a workbook, as texts.

Free of heavy imports, for pages that cannot wait for the worker. What is large, or has more kinds of columns
than one can tell at a glance, is read by `compute.reading`, in the worker.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Final

from django.utils.translation import gettext as _

from regulars.analytics.errors import InputError

SIZE_MAX: Final = 20_000_000
"""Bytes: a hundred thousand lines of prices are a quarter of it."""
EXPANDED_MAX: Final = 500_000_000
"""Bytes that come out of a workbook."""
MEMORY_MAX: Final = 2 * 1024**3
"""Address space of the process that unpacks a workbook."""
SECONDS_MAX: Final = 40
"""For the same; somebody waits for it."""

_PROGRAM: Final = Path(__file__).parents[1] / "compute" / "reading" / "workbook_process.py"
_UNREADABLE: Final = 3
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_WORKBOOKS: Final = (*_ZIP, b"\xd0\xcf\x11\xe0")
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS: Final = (";", "\t", ",", "|")
_LOOKED_AT: Final = 20
"""Lines by which the delimiter is found."""

Row = tuple[int, list[str]]
"""The number a person would give a row, and its cells."""


def is_workbook(body: bytes) -> bool:
    """Whether it begins as workbooks do, of this century or the one before."""
    return body.startswith(_WORKBOOKS)


def rows_of_file(file: IO[bytes], size: int) -> Iterator[Row]:
    """The rows that hold anything, without blanks around words; of a workbook those of `rows_of_workbook`.

    Raises InputError for what is no table, is too large, or is protected.
    """
    if size > SIZE_MAX:
        raise InputError(
            "too_large",
            _("The file is larger than %(most)s MB. Leave only the columns it needs, or cut it in two.")
            % {"most": SIZE_MAX // 10**6},
        )
    body = file.read(SIZE_MAX + 1)
    if not body.strip():
        raise InputError("empty", _("The file is empty."))
    rows = rows_of_workbook(body) if is_workbook(body) else _rows_of_text(body)
    for number, cells in rows:
        yield number, [" ".join(cell.split()) for cell in cells]


def rows_of_workbook(body: bytes) -> Iterator[Row]:
    """The rows that hold anything, of the first sheet with any. Raises InputError."""
    with tempfile.TemporaryDirectory(prefix="regulars-") as name:
        folder = Path(name)
        book = folder / "book"
        book.write_bytes(body)
        if body.startswith(_ZIP):
            _check_expanded(book)
        for sheet in _sheets(book, folder):
            with (folder / sheet).open(encoding="utf-8", newline="") as file:
                rows = _filled(csv.reader(file))
                first = next(rows, None)
                if first is not None:
                    yield first
                    yield from rows
                    return
    raise InputError("empty", _("The workbook has no sheet with anything in it."))


def _rows_of_text(body: bytes) -> Iterator[Row]:
    text = _text(body)
    try:
        yield from _filled(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    except csv.Error as error:
        raise _no_table() from error


def _filled(rows: Iterable[list[str]]) -> Iterator[Row]:
    return ((number, cells) for number, cells in enumerate(rows, 1) if any(map(str.strip, cells)))


def _text(body: bytes) -> str:
    for mark, codec in _MARKS:
        if body.startswith(mark):
            return body.decode(codec, "replace")
    if b"\x00" in body:
        raise _no_table()
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode("cp1251", "replace")


def _delimiter(text: str) -> str:
    """The one that stands in most of the first lines; of equals the one that is less likely in a number."""
    first = [line for line in text[:100_000].splitlines() if line.strip()][:_LOOKED_AT]
    return max(_DELIMITERS, key=lambda sign: sum(sign in line for line in first))


def _sheets(book: Path, folder: Path) -> list[str]:
    """File names of the sheets, unpacked by a process that can be stopped."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_PROGRAM), str(book), str(folder), str(MEMORY_MAX)],
            capture_output=True,
            timeout=SECONDS_MAX,
            env={"PATH": os.environ.get("PATH", "")},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _too_much() from error
    if done.returncode == _UNREADABLE:
        raise _no_table()
    if done.returncode != 0:
        raise _too_much()
    return [sheet["file"] for sheet in json.loads(done.stdout)]


def _check_expanded(book: Path) -> None:
    """What a workbook says of itself; one that lies is stopped by the limits of its process."""
    try:
        with zipfile.ZipFile(book) as archive:
            expanded = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise _no_table() from error
    if expanded > EXPANDED_MAX:
        raise _too_much()


def _no_table() -> InputError:
    words = _("This file is no table that can be read. Save it as XLSX or CSV, without a password.")
    return InputError("not_a_table", words)


def _too_much() -> InputError:
    words = _("The workbook holds more than such a list would. Save the one sheet as CSV and try again.")
    return InputError("too_much_inside", words)
