"""Lists as workbooks, read back by another library."""

from __future__ import annotations

import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from django.http import FileResponse
from python_calamine import CalamineWorkbook

from regulars.console import xlsx
from regulars.console.xlsx import CELL_CHARACTERS_MAX, Cell, Column, workbook


def _made(columns: list[Column], rows: list[list[Cell]]) -> tuple[FileResponse, bytes]:
    answer = workbook(name="list", columns=columns, rows=rows, timezone="Europe/Moscow")
    content = b"".join(answer.streaming_content)  # type: ignore[arg-type]
    answer.file_to_stream.close()
    return answer, content


def _rows(content: bytes) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()


def test_kinds_come_back_as_they_were() -> None:
    columns = [
        Column("T"),
        Column("W", "whole"),
        Column("M", "money"),
        Column("D", "day"),
        Column("N", "moment"),
    ]
    moment = datetime(2026, 3, 15, 22, 30, tzinfo=UTC)
    answer, content = _made(columns, [["Анна", 3, Decimal("12.50"), date(2026, 3, 15), moment], [None] * 5])
    assert answer["Content-Disposition"] == 'attachment; filename="list.xlsx"'
    assert _rows(content)[1] == ["Анна", 3.0, 12.5, date(2026, 3, 15), datetime(2026, 3, 16, 1, 30)]


def test_no_text_is_ever_a_formula_a_link_or_a_number() -> None:
    dangerous: list[Cell] = [
        "=1+1",
        "+1",
        "-1",
        "@SUM(1)",
        "\t=1",
        "{=1}",
        "http://x.example",
        "007",
        "=cmd|' /C'!A0",
    ]
    _answer, content = _made([Column("T")], [[text] for text in dangerous])
    assert [row[0] for row in _rows(content)[1:]] == dangerous
    with zipfile.ZipFile(BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet


def test_long_texts_and_long_lists_are_cut_not_broken() -> None:
    _answer, content = _made([Column("T")], [["ю" * (CELL_CHARACTERS_MAX + 1)]])
    assert len(str(_rows(content)[1][0])) == CELL_CHARACTERS_MAX


@pytest.mark.slow
def test_rows_past_the_most_are_not_read() -> None:
    def endless() -> object:
        number = 0
        while True:
            number += 1
            assert number <= xlsx.ROWS_MAX + 1
            yield [number]

    _answer, content = _made([Column("N", "whole")], endless())  # type: ignore[arg-type]
    assert len(_rows(content)) == xlsx.ROWS_MAX + 1
