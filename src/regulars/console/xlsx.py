"""Any list of the console as a workbook."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

import xlsxwriter
from django.http import FileResponse

Kind = Literal["text", "whole", "money", "number", "share", "day", "moment"]
Cell = str | int | float | Decimal | date | datetime | None

KIND_FORMATS: dict[Kind, str] = {
    "text": "@",
    "whole": "#,##0",
    "money": "#,##0.00",
    "number": "#,##0.##",
    "share": "0.0%",
    "day": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm",
}
ROWS_MAX = 100_000
"""Most rows of a list in one file: it is made while somebody waits for it."""
CELL_CHARACTERS_MAX = 32_767
"""What a cell holds."""
SHEET_NAME_MAX = 31
"""What Excel opens."""


@dataclass(frozen=True)
class Column:
    title: str
    kind: Kind = "text"
    width: int = 16  # characters


@dataclass(frozen=True)
class Sheet:
    """One table of a workbook."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]


def workbook(
    *, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], timezone: str
) -> FileResponse:
    """The rows, the first ROWS_MAX of them, as `<name>.xlsx` to be saved.

    Texts are written as texts, whatever they begin with: no cell is ever a formula. Moments are given
    in `timezone`.
    """
    return workbook_of(name=name, sheets=[Sheet("Sheet1", columns, rows)], timezone=timezone)


def workbook_of(*, name: str, sheets: Sequence[Sheet], timezone: str) -> FileResponse:
    """The same with several tables, each on a sheet of its own name."""
    zone = ZoneInfo(timezone)
    file = tempfile.TemporaryFile(prefix="regulars-")  # noqa: SIM115 (FileResponse closes it)
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
    bold = book.add_format({"bold": True})
    formats = {kind: book.add_format({"num_format": text}) for kind, text in KIND_FORMATS.items()}
    for table in sheets:
        sheet = book.add_worksheet(table.name[:SHEET_NAME_MAX])
        for place, column in enumerate(table.columns):
            sheet.set_column(place, place, column.width)
            sheet.write_string(0, place, column.title, bold)
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(table.rows, start=1):
            if number > ROWS_MAX:
                break
            for place, (column, value) in enumerate(zip(table.columns, row, strict=True)):
                _write(sheet, number, place, value, formats[column.kind], zone)
    book.close()
    file.seek(0)
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"{name}.xlsx",
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )


def _write(
    sheet: xlsxwriter.worksheet.Worksheet,
    row: int,
    place: int,
    value: Cell,
    form: xlsxwriter.format.Format,
    zone: ZoneInfo,
) -> None:
    if value is None:
        return
    if isinstance(value, str):
        sheet.write_string(row, place, value[:CELL_CHARACTERS_MAX], form)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, place, value.astimezone(zone).replace(tzinfo=None), form)
    elif isinstance(value, date):
        sheet.write_datetime(row, place, value, form)
    else:
        sheet.write_number(row, place, value, form)
