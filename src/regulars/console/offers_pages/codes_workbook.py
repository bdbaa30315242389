"""Codes as a workbook that is sent while it is made, however many they are.

`console.xlsx` makes its files whole first, for lists of a page; a million rows would keep somebody waiting
and the disk full. This one writes plain texts and whole numbers only.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from xml.sax.saxutils import escape, quoteattr

SHEET_ROWS_MAX = 1_048_576
"""Of a sheet of Excel, the names of the columns among them."""

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""What kind of file it is."""

_LINES = 5_000
_NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_BEFORE = f'{_XML}<worksheet xmlns="{_NAMESPACE}"><cols><col min="1" max="9" width="20"/></cols><sheetData>'
_AFTER = "</sheetData></worksheet>"

Cells = Sequence[str | int]


class _Sent:
    """A file that only grows; what was written is taken out of it in pieces."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> bytes:
        piece = b"".join(self._pieces)
        self._pieces.clear()
        return piece


def workbook_in_pieces(
    name: str, titles: Sequence[str], rows: Iterable[Cells], *, rows_max: int = SHEET_ROWS_MAX
) -> Iterator[bytes]:
    """The rows as a workbook, in pieces; what one sheet does not hold goes on in another with the titles."""
    sent, coming, sheets = _Sent(), iter(rows), 0
    # Quickest rather than smallest: codes are random, and shrink little more.
    with zipfile.ZipFile(sent, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        first: Cells | None = next(coming, None)
        while first is not None or not sheets:
            sheets += 1
            here = islice(coming, rows_max - 2) if first is not None else iter(())
            told = chain([titles], [] if first is None else [first], here)
            with book.open(f"xl/worksheets/sheet{sheets}.xml", "w", force_zip64=True) as sheet:
                sheet.write(_BEFORE.encode())
                while lines := "".join(map(_row, islice(told, _LINES))):
                    sheet.write(lines.encode())
                    yield sent.taken()
                sheet.write(_AFTER.encode())
            first = next(coming, None)
        for path, text in _around(name, sheets).items():
            book.writestr(path, _XML + text)
    yield sent.taken()


def _row(cells: Cells) -> str:
    return f"<row>{''.join(map(_cell, cells))}</row>"


def _cell(value: str | int) -> str:
    if isinstance(value, int):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def _around(name: str, sheets: int) -> dict[str, str]:
    """What a workbook has beside its sheets."""
    numbers = range(1, sheets + 1)
    listed = "".join(
        f'<sheet name={quoteattr(f"{name[:25]}-{n}" if n > 1 else name[:31])} sheetId="{n}" r:id="rId{n}"/>'
        for n in numbers
    )
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{_DOCUMENT}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for n in numbers
    )
    relations = f"{_PACKAGE}/relationships"
    return {
        "xl/workbook.xml": (
            f'<workbook xmlns="{_NAMESPACE}" xmlns:r="{_DOCUMENT}"><sheets>{listed}</sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{relations}">{related}</Relationships>',
        "_rels/.rels": (
            f'<Relationships xmlns="{relations}"><Relationship Id="rId1" Type="{_DOCUMENT}/officeDocument"'
            ' Target="xl/workbook.xml"/></Relationships>'
        ),
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/'
            'vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType='
            f'"application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
            f"{parts}</Types>"
        ),
    }
