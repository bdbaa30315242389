"""Turns a workbook into delimited texts, one a sheet. Run as a program of its own, never imported.

Cells of a workbook can claim room without end, and unpacking cannot be stopped from within; a process can. It
knows nothing of this package, so that it starts quickly: `python -I workbook_process.py BOOK FOLDER MEMORY`.
Prints a JSON list of {"name", "file", "rows"}; exit code 3 for a workbook that cannot be read.
"""

from __future__ import annotations

import csv
import datetime
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

UNREADABLE = 3
TOO_BIG = 4


def main(book: str, folder: str, memory: int) -> None:
    limit_memory(memory)
    import python_calamine as calamine

    listed = []
    try:
        with calamine.CalamineWorkbook.from_path(book) as workbook:
            for number, sheet_name in enumerate(workbook.sheet_names):
                sheet = workbook.get_sheet_by_name(sheet_name)
                target = Path(folder) / f"sheet-{number}"
                listed.append({"name": sheet_name, "file": target.name, "rows": write(sheet, target)})
    except MemoryError:
        sys.exit(TOO_BIG)
    except BaseException:  # calamine's own panics are no Exception
        sys.exit(UNREADABLE)
    json.dump(listed, sys.stdout)


def limit_memory(size: int) -> None:
    try:
        import resource
    except ImportError:  # not on this system
        return
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


def write(sheet: CalamineSheet, target: Path) -> int:
    """One line a row of the sheet, blank rows too, so that the numbers of rows stay."""
    merged = merged_down(sheet)
    above: list[Any] = []
    rows = 0
    with target.open("x", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for index, cells in enumerate(sheet.iter_rows()):
            for column in merged.get(index, ()):
                if column < len(cells) and cells[column] == "" and column < len(above):
                    cells[column] = above[column]
            writer.writerow([text(cell) for cell in cells])
            above = cells
            rows += 1
    return rows


def merged_down(sheet: CalamineSheet) -> dict[int, list[int]]:
    """For each row the columns whose cell belongs to one merged with the row above."""
    start_column = sheet.start[1] if sheet.start else 0
    found: dict[int, list[int]] = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        if left == right and bottom - top < 10_000:
            for row in range(top + 1, bottom + 1):
                found.setdefault(row, []).append(left - start_column)
    return found


def text(cell: object) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return number(cell)
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, datetime.timedelta):
        return str(cell)
    return str(cell)


def number(cell: float) -> str:
    """Whole ones without ".0"; from 2^53 on with the digits Excel has, so that lost ones can be noticed."""
    if cell.is_integer():
        return str(int(cell)) if abs(cell) < 2**53 else f"{cell:.15g}"
    return repr(cell)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
