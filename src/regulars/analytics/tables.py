"""The rows of a small table somebody chose in a form: CSV or XLSX, as texts.

Free of heavy imports, for pages that cannot wait for the worker. What is large, or has more kinds of columns
than one can tell at a glance, is read by `analytics.compute.reading`.
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
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from regulars.analytics.errors import InputError

SIZE_MAX = 20_000_000
"""Bytes: a hundred thousand lines of prices are a quarter of it."""
EXPANDED_MAX = 500_000_000
WORKBOOK_MEMORY = 2 * 1024**3
"""Address space of the process that unpacks a workbook."""
WORKBOOK_SECONDS = 40

_PROGRAM = Path(__file__).parent / "compute" / "reading" / "workbook_process.py"
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS = (";", "\t", ",", "|")
_LOOKED_AT = 20
"""Lines by which the delimiter is found."""

Row = tuple[int, list[str]]


def rows_of(file: IO[bytes], size: int) -> Iterator[Row]:
    """The rows that hold anything, each with the number a person would give it.

    Of a workbook those of its first sheet that holds anything. Raises InputError for what is no table, is
    too large, or is protected.
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
    if body.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield from _rows(_sheet(body), ",")
        return
    text = _text(body)
    yield from _rows(io.StringIO(text, newline=""), _delimiter(text))


def _rows(lines: IO[str], delimiter: str) -> Iterator[Row]:
    try:
        for number, cells in enumerate(csv.reader(lines, delimiter=delimiter), 1):
            told = [" ".join(cell.split()) for cell in cells]
            if any(told):
                yield number, told
    except csv.Error as error:
        raise InputError("not_a_table", _not_a_table()) from error


def _text(body: bytes) -> str:
    for mark, codec in _MARKS:
        if body.startswith(mark):
            return body.decode(codec, "replace")
    if b"\x00" in body:
        raise InputError("not_a_table", _not_a_table())
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode("cp1251", "replace")


def _delimiter(text: str) -> str:
    """The one that stands in most of the first lines; of equals the one that is less likely in a number."""
    first = [line for line in text[:100_000].splitlines() if line.strip()][:_LOOKED_AT]
    return max(_DELIMITERS, key=lambda sign: sum(sign in line for line in first))


def _sheet(body: bytes) -> IO[str]:
    """The first sheet with anything in it, unpacked by a process that can be stopped."""
    with tempfile.TemporaryDirectory(prefix="regulars-") as folder:
        book = Path(folder, "book")
        book.write_bytes(body)
        _check_book(book)
        place = Path(folder, "sheets")
        place.mkdir()
        try:
            done = subprocess.run(
                [sys.executable, "-I", str(_PROGRAM), str(book), str(place), str(WORKBOOK_MEMORY)],
                capture_output=True,
                timeout=WORKBOOK_SECONDS,
                env={"PATH": os.environ.get("PATH", "")},
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise InputError("too_much_inside", _too_much()) from error
        if done.returncode:
            raise InputError("not_a_table", _not_a_table())
        for sheet in json.loads(done.stdout):
            text = (place / sheet["file"]).read_text("utf-8")
            if text.strip(',\n" '):
                return io.StringIO(text, newline="")
    raise InputError("empty", _("The workbook has no sheet with anything in it."))


def _check_book(book: Path) -> None:
    """What the workbook says of itself; one that lies is stopped by the limits of its process."""
    try:
        with zipfile.ZipFile(book) as archive:
            inside = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise InputError("not_a_table", _not_a_table()) from error
    if "xl/workbook.xml" not in {member.filename for member in inside}:
        raise InputError("not_a_table", _not_a_table())
    if sum(member.file_size for member in inside) > EXPANDED_MAX:
        raise InputError("too_much_inside", _too_much())


def _not_a_table() -> str:
    return _("This file is no table that can be read. Save it as XLSX or CSV, without a password.")


def _too_much() -> str:
    return _("The workbook holds more than such a list would. Save the one sheet as CSV and try again.")
