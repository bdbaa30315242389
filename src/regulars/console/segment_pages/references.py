"""Who is meant by a file or a pasted text: one reference each, a customer's number, an e-mail or a phone."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from django.utils.translation import gettext as _

from regulars.analytics.errors import InputError
from regulars.analytics.queries.sheets import is_workbook, rows_of_workbook
from regulars.analytics.wording.numbers import plain
from regulars.kit.errors import RegularsError

BYTES_MAX: Final = 10 * 1024**2
"""A hundred thousand lines with some columns; a request is held in memory while it is read."""
REFERENCES_MAX: Final = 100_000
REFERENCE_CHARACTERS_MAX: Final = 300
_LOOKED_AT: Final = 200
"""Rows by which the column is chosen."""
_DELIMITERS: Final = (";", "\t", ",")
_PHONE: Final = re.compile(r"\+?[\d\s().\-]{7,25}")
_TITLES: Final = re.compile(
    r"e-?mail|mail|почта|phone|tel|телефон|моб|\bid\b|_id\b|customer|client|клиент|покупател|номер|код|number|card|карт",
    re.IGNORECASE,
)


class CannotRead(RegularsError):
    """The file or the text says of nobody who is meant."""

    code = "cannot_read"


@dataclass(frozen=True)
class References:
    """`column`: the title of the one that was read, if it had one."""

    values: tuple[str, ...]
    column: str = ""


def of_file(content: bytes) -> References:
    """A workbook or a text, of one column or of several. Raises CannotRead."""
    if is_workbook(content):
        try:
            rows = islice(rows_of_workbook(content), REFERENCES_MAX + 2)
            return _of_rows([cells for _number, cells in rows])
        except InputError as error:
            raise CannotRead(error.message) from error
    return of_text(_decoded(content))


def of_text(text: str) -> References:
    """Lines, or a table. Raises CannotRead."""
    lines = [line for line in text.replace("\x00", "").splitlines() if line.strip()]
    delimiter = _delimiter(lines)
    if delimiter is None:
        return _of_rows([[line] for line in lines])
    rows = list(csv.reader(lines, delimiter=delimiter))
    if all(_is_reference(cell) for row in rows for cell in row if cell.strip()):
        # Addresses one after another, on however many lines.
        return _checked([cell for row in rows for cell in row], "")
    return _of_rows(rows)


def _decoded(content: bytes) -> str:
    for codec in ("utf-8-sig", "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8", "cp1251"):
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            continue
        if text.count("\x00") * 10 < len(text) + 1:
            return text
    raise CannotRead(_("This is no text and no workbook. Choose a CSV, TXT or XLSX file."))


def _delimiter(lines: Sequence[str]) -> str | None:
    """What stands between the columns; None where there is one column only."""
    first = lines[:_LOOKED_AT]
    for delimiter in _DELIMITERS:
        if first and sum(delimiter in line for line in first) > len(first) / 2:
            return delimiter
    return None


def _of_rows(rows: Sequence[Sequence[str]]) -> References:
    if not rows:
        raise _nothing()
    place = _column(rows)
    cells = [row[place] if place < len(row) else "" for row in rows]
    title = cells[0].strip()
    if _is_title(title, cells[1:_LOOKED_AT]):
        return _checked(cells[1:], title)
    return _checked(cells, "")


def _checked(cells: Sequence[str], title: str) -> References:
    values = tuple(dict.fromkeys(cell.strip() for cell in cells if cell.strip()))
    if not values:
        raise _nothing()
    if len(values) > REFERENCES_MAX:
        raise CannotRead(
            _("More than %(most)s customers are too many for one list. Divide the file, or build a segment.")
            % {"most": REFERENCES_MAX}
        )
    return References(tuple(value[:REFERENCE_CHARACTERS_MAX] for value in values), plain(title)[:80])


def _nothing() -> CannotRead:
    return CannotRead(_("There is nothing in it. Give one customer a line: a number, an e-mail or a phone."))


def _column(rows: Sequence[Sequence[str]]) -> int:
    """The one that says best who is meant: by its title, then by e-mails, then by phones, then the first."""
    looked_at = rows[:_LOOKED_AT]
    width = max(len(row) for row in looked_at)
    scores = []
    for place in range(width):
        cells = [row[place].strip() for row in looked_at if place < len(row) and row[place].strip()]
        if not cells:
            continue
        emails = sum("@" in cell for cell in cells) / len(cells)
        phones = sum(_is_phone(cell) for cell in cells) / len(cells)
        titled = 1 if _TITLES.search(cells[0]) and "@" not in cells[0] else 0
        scores.append((3 * emails + 2 * phones + titled, -place))
    return -max(scores)[1] if scores else 0


def _is_title(first: str, others: Sequence[str]) -> bool:
    """Whether the first line names the column instead of somebody."""
    if not first or "@" in first or _is_phone(first):
        return False
    if _TITLES.search(first) and not any(character.isdigit() for character in first):
        return True
    filled = [cell for cell in others if cell.strip()]
    like_somebody = sum(_is_reference(cell) for cell in filled)
    return bool(filled) and not _is_reference(first) and like_somebody > len(filled) / 2


def _is_reference(cell: str) -> bool:
    cell = cell.strip()
    return "@" in cell or _is_phone(cell)


def _is_phone(cell: str) -> bool:
    digits = sum(character.isdigit() for character in cell)
    return bool(_PHONE.fullmatch(cell.strip())) and 7 <= digits <= 15
