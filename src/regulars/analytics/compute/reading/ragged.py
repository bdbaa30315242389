"""Records that do not have the width of the table, cut so that each broken row costs only itself."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from regulars.analytics.compute.reading.types import TextContent

_LINES_MAX = 50  # a record that spans more lines was not closed
_INNER_ROWS = 0.8  # so many of the lines inside a cell are rows themselves: the cell swallowed them


@dataclass(slots=True)
class Ragged:
    """Rows with too many cells, which are read as blank: how many, and the first of them."""

    count: int = 0
    first: int | None = None

    def add(self, row: int) -> None:
        self.count += 1
        self.first = row if self.first is None else min(self.first, row)


def cut(text: str, content: TextContent, width: int) -> list[list[str]]:
    """A record the parser could not use, as rows: itself, or what a quote left open had swallowed."""
    lines = _lines(text)
    rows = []
    at = 0
    while at < len(lines):
        cells, used = _record(lines[at : at + _LINES_MAX], content)
        if used > 1 and len(cells) != width and _hold_rows(lines[at + 1 : at + used], content, width):
            cells, used = _record(lines[at : at + 1], content)
        rows.append(cells)
        at += used
    return rows


def cut_lines(lines: Iterator[str], content: TextContent, width: int) -> Iterator[list[str]]:
    """All rows of a text whose quotes are so broken that no parser gets through it."""
    ahead: list[str] = []
    for line in lines:
        if not ahead and '"' not in line and content.escape is None:
            yield line.rstrip("\r\n").split(content.delimiter)
            continue
        ahead.append(line)
        if len(ahead) == _LINES_MAX:
            yield from _first(ahead, content, width)
    while ahead:
        yield from _first(ahead, content, width)


def _first(ahead: list[str], content: TextContent, width: int) -> Iterator[list[str]]:
    """The first record of the lines read ahead, and the lines without quotes right after it."""
    cells, used = _record(ahead, content)
    if used > 1 and (len(cells) != width or _hold_rows(ahead[1:used], content, width)):
        cells, used = _record(ahead[:1], content)
    yield cells
    del ahead[:used]
    while ahead and '"' not in ahead[0] and content.escape is None:
        yield ahead.pop(0).rstrip("\r\n").split(content.delimiter)


def cut_swallowed(cells: list[str], content: TextContent, width: int) -> list[list[str]] | None:
    """The rows that a cell of a record of the right width holds; None where the cell is just long."""
    text = content.delimiter.join(
        '"' + cell + '"' if "\n" in cell or "\r" in cell else cell for cell in cells
    )
    lines = _lines(text)
    if len(lines) < 2 or not _hold_rows(lines[1:], content, width):
        return None
    return [_record(lines[:1], content)[0], *cut("".join(lines[1:]), content, width)]


def fitted(cells: list[str], width: int) -> list[str] | None:
    """The row brought to the width of the table; None where it has more cells than it can have."""
    if len(cells) <= width:
        return cells + [""] * (width - len(cells))
    return None if any(cell.strip() for cell in cells[width:]) else cells[:width]


def _hold_rows(lines: list[str], content: TextContent, width: int) -> bool:
    return sum(_is_row(_record([line], content)[0], width) for line in lines) >= _INNER_ROWS * len(lines)


def _is_row(cells: list[str], width: int) -> bool:
    return len(cells) >= width and fitted(cells, width) is not None


def _lines(text: str) -> list[str]:
    return list(io.StringIO(text, newline=""))


def _record(lines: list[str], content: TextContent) -> tuple[list[str], int]:
    """The first record of the lines, and how many of them it takes."""
    reader = csv.reader(iter(lines), delimiter=content.delimiter, escapechar=content.escape)
    try:
        return next(reader), reader.line_num
    except (csv.Error, StopIteration):
        return [], 1
