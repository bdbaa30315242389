"""Reading the workbooks that pages give away."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from xml.etree import ElementTree

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
