"""How a delimited text is laid out: its delimiter, the row of its column names, where its rows begin.

Exports of 1C, banks and advertising systems have titles above the table; the header is the first row that
reads like column names and is about as wide as what follows.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from regulars.analytics.compute.reading.blanks import tidy
from regulars.analytics.compute.reading.date_shapes import is_written_date
from regulars.analytics.compute.reading.limits import BLOCK_BYTES, MAX_COLUMNS
from regulars.analytics.compute.reading.names import shown
from regulars.analytics.compute.reading.numbers import is_number
from regulars.analytics.compute.reading.sniffing import too_many_columns
from regulars.analytics.errors import InputError

DELIMITERS = ",;\t|"
_HEADER_WITHIN = 60  # rows from the top in which the column names are looked for
_RECORDS = 1_000
_KNOWN_ENOUGH = 2  # recognised names that make a row a header

csv.field_size_limit(BLOCK_BYTES)


@dataclass(frozen=True, slots=True)
class Layout:
    """`header_row` counts records from 1, as a spreadsheet would; `skip_lines` counts physical lines."""

    delimiter: str
    escape: str | None
    names: tuple[str, ...]
    header_row: int
    skip_lines: int


@dataclass(frozen=True, slots=True)
class _Record:
    cells: list[str]
    lines_after: int  # physical lines read up to its end

    @property
    def width(self) -> int:
        """Cells up to the last one that is not blank."""
        return max((i for i, cell in enumerate(self.cells, 1) if cell.strip()), default=0)


def find(head: str, name: str, is_known: Callable[[str], bool], delimiter: str | None = None) -> Layout:
    """`head`: the beginning of the text, in whole lines; `is_known` tells names that mean a field."""
    escape = "\\" if '\\"' in head and '""' not in head else None
    tried = [_Attempt(d, escape, head, is_known) for d in (delimiter or DELIMITERS)]
    best = max(tried, key=lambda a: a.merit)
    if best.usual_width < 2 and not best.known:
        raise InputError(
            "not_a_table",
            _(
                "%(name)s is not a table: no comma, semicolon, tab or | parts it into columns. "
                "Save the orders as CSV or XLSX."
            )
            % {"name": name},
        )
    header = best.header()
    if header is None:
        raise _no_header(best, name)
    names = _unique(best.records[header].cells, max(best.usual_width, best.records[header].width))
    if len(names) > MAX_COLUMNS:
        raise too_many_columns(name, len(names))
    return Layout(best.delimiter, escape, names, header + 1, best.records[header].lines_after)


def records(text: str, delimiter: str, escape: str | None) -> Iterator[_Record]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, escapechar=escape)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:  # a cell without end; what came before is enough
            return
        yield _Record(cells, reader.line_num)


class _Attempt:
    """The beginning of the text, cut by one delimiter."""

    def __init__(
        self, delimiter: str, escape: str | None, head: str, is_known: Callable[[str], bool]
    ) -> None:
        self.delimiter = delimiter
        self.is_known = is_known
        self.records: list[_Record] = []
        for record in records(head, delimiter, escape):
            self.records.append(record)
            if len(self.records) == _RECORDS:
                break
        widths = Counter(r.width for r in self.records if r.width > 1)
        self.usual_width = widths.most_common(1)[0][0] if widths else min(1, len(self.records))
        filled = sum(1 for r in self.records if r.width)
        self.share = widths[self.usual_width] / filled if filled else 0.0
        self.known = max((self._known(r) for r in self.records[:_HEADER_WITHIN]), default=0)

    @property
    def merit(self) -> tuple[float, ...]:
        """Known names count most, then how evenly the rows are cut, then into how many columns."""
        return (min(self.known, 3), round(self.share, 1) if self.usual_width > 1 else 0, self.usual_width)

    def header(self) -> int | None:
        rows = self.records[:_HEADER_WITHIN]
        known = [self._known(r) for r in rows]
        most = max(known, default=0)
        if most >= _KNOWN_ENOUGH or (most == 1 and self.usual_width == 1):
            return known.index(most)
        wide = [i for i, r in enumerate(rows) if r.width >= max(2, 0.6 * self.usual_width)]
        if wide and _reads_like_names(rows[wide[0]]):
            return wide[0]
        return None

    def _known(self, record: _Record) -> int:
        """Recognised names in the row; a row with numbers or dates in it is no header."""
        cells = [c for c in record.cells if c.strip()]
        if not cells or sum(_is_value(c) for c in cells) > 0.2 * len(cells):
            return 0
        return sum(self.is_known(c) for c in cells if len(c) <= 80)


def _reads_like_names(record: _Record) -> bool:
    cells = [c.strip() for c in record.cells if c.strip()]
    return len(set(cells)) == len(cells) and not any(_is_value(c) for c in cells)


def _is_value(cell: str) -> bool:
    text = tidy(cell)
    return text is not None and (is_number(text) or is_written_date(text) or "@" in text)


def _no_header(attempt: _Attempt, name: str) -> InputError:
    first = next((r for r in attempt.records if r.width), None)
    cells = ", ".join(shown(c) for c in first.cells[:5]) if first else ""
    return InputError(
        "no_header",
        _(
            "The first row of %(name)s holds values, not column names: %(cells)s. "
            "Put a row with the names of the columns on top, for example customer_id, ordered_at, amount."
        )
        % {"name": name, "cells": cells},
    )


def _unique(cells: list[str], width: int) -> tuple[str, ...]:
    """Names as they stand, tidied; blank ones by their place, repeated ones numbered."""
    names: list[str] = []
    seen: set[str] = set()
    for place in range(width):
        tidied = tidy(cells[place]) if place < len(cells) else None
        name = base = tidied or f"#{place + 1}"
        count = 1
        while name in seen:
            count += 1
            name = f"{base} ({count})"
        seen.add(name)
        names.append(name)
    return tuple(names)
