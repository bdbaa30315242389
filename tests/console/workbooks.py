"""Workbooks that pages give away, read, and those people give them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any
from xml.etree import ElementTree

import xlsxwriter

NAMES = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def rows_of(answer: Iterable[bytes]) -> list[list[str | float]]:
    """The rows of the first sheet; empty cells are left out, so give every cell of a row you look at."""
    with zipfile.ZipFile(io.BytesIO(b"".join(answer))) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 (our own)
    return [
        [_value("".join(cell.itertext())) for cell in row.iterfind("m:c", NAMES)]
        for row in sheet.iterfind(".//m:row", NAMES)
    ]


def _value(text: str) -> str | float:
    try:
        return float(text)
    except ValueError:
        return text


def book(*rows: Sequence[Any]) -> bytes:
    """A workbook of these rows, behind a sheet without anything, as people send them."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as made:
        made.add_worksheet("Пустой")
        sheet = made.add_worksheet("Лист")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return file.getvalue()
