"""Rows of a delimited text as Arrow batches, each with the number a person would give it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from regulars.analytics.compute.reading import ragged as rg
from regulars.analytics.compute.reading.limits import BLOCK_BYTES
from regulars.analytics.compute.reading.textstream import OnRead, Utf8Stream
from regulars.analytics.compute.reading.types import TextContent

ROW = "part_row"
_SUSPECT_CHARS = 2_000  # cells from here on are looked at for rows inside them

_ROWS_AT_ONCE = 50_000

Rows = list[tuple[int, list[str]]]


def names(width: int) -> list[str]:
    return [f"c{i}" for i in range(width)]


def batches(content: TextContent, width: int, on_read: OnRead, ragged: rg.Ragged) -> Iterator[pa.RecordBatch]:
    """Batches of `names(width)` (texts, "" for blanks) and `part_row`; blank rows are left out.

    `on_read` is told how many bytes of the file have been read.
    """
    last = 0
    try:
        for batch in _Parser(content, width, ragged).batches(on_read):
            last = max(last, _last_row(batch))
            yield batch
    except pa.ArrowInvalid as error:
        # A quote that was opened and is not closed for megabytes.
        if "straddl" not in str(error) and "out of sync" not in str(error):
            raise
        yield from _line_by_line(content, width, on_read, ragged, after=last)


def _line_by_line(
    content: TextContent, width: int, on_read: OnRead, ragged: rg.Ragged, after: int
) -> Iterator[pa.RecordBatch]:
    with Utf8Stream(content, on_read) as stream:
        cut = rg.cut_lines(stream.lines(), content, width)
        numbered = enumerate(cut, start=content.first_row)
        while some := list(islice(numbered, _ROWS_AT_ONCE)):
            rows: Rows = []
            for number, cells in some:
                if number > after:
                    rows += [(number, cells)] if len(cells) == width else fit([cells], number, width, ragged)
            if rows:
                yield _without_blank_rows(_batch(rows, width))


def fit(cut: list[list[str]], first: int, width: int, ragged: rg.Ragged) -> Rows:
    """Rows numbered from `first`, brought to the width of the table; blank ones are left out."""
    rows: Rows = []
    for row, cells in enumerate(cut, start=first):
        fitted = rg.fitted(cells, width)
        if fitted is None:
            ragged.add(row)
            rows.append((row, [""] * width))
        elif any(fitted):
            rows.append((row, fitted))
    return rows


def _last_row(batch: pa.RecordBatch) -> int:
    return int(pc.max(batch.column(ROW)).as_py() or 0) if batch.num_rows else 0


class _Parser:
    """Arrow's parser, with the records it sets aside put right and everything numbered."""

    def __init__(self, content: TextContent, width: int, ragged: rg.Ragged) -> None:
        self.content = content
        self.width = width
        self.ragged = ragged
        self.records = 0  # that Arrow has counted so far
        self.shift = content.first_row  # from Arrow's count (from 0) to a person's
        self.set_aside: list[tuple[int, list[list[str]]]] = []  # Arrow's number from 1, the rows it really is

    def batches(self, on_read: OnRead) -> Iterator[pa.RecordBatch]:
        with Utf8Stream(self.content, on_read) as stream:
            try:
                reader = self._open(stream)
            except pa.ArrowInvalid as error:
                if "Empty CSV" not in str(error):
                    raise
                return
            for batch in reader:
                yield from self._placed(batch)
            if self.set_aside:
                yield from self._placed(_batch([], self.width).drop_columns([ROW]))

    def _open(self, stream: Utf8Stream) -> Any:
        columns = names(self.width)
        return pcsv.open_csv(
            pa.PythonFile(stream, mode="r"),
            # One thread: only then are rows numbered.
            read_options=pcsv.ReadOptions(use_threads=False, block_size=BLOCK_BYTES, column_names=columns),
            parse_options=pcsv.ParseOptions(
                delimiter=self.content.delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                escape_char=self.content.escape or False,
                invalid_row_handler=self._set_aside,
            ),
            convert_options=pcsv.ConvertOptions(
                column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=False
            ),
        )

    def _set_aside(self, row: Any) -> str:
        self.set_aside.append((row.number, rg.cut(row.text, self.content, self.width)))
        return "skip"

    def _placed(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """The batch with its row numbers, and after it the rows that were set aside from its midst."""
        count = batch.num_rows
        numbers = np.array([number for number, _ in self.set_aside], dtype=np.int64)
        places = numbers - self.records - 1 - np.arange(len(numbers))
        here = int(np.searchsorted(places, count, side="right"))
        extra = np.array([len(rows) for _, rows in self.set_aside[:here]], dtype=np.int64)
        before = np.zeros(count + 1, dtype=np.int64)
        np.add.at(before, places[:here], extra)
        rows = self.records + self.shift + np.arange(count) + np.cumsum(before)[:count]
        repaired = self._repaired(places[:here], extra)
        self.records += count + here
        self.shift += int(extra.sum()) - here
        del self.set_aside[:here]
        yield from self._unswallowed(
            _without_blank_rows(batch.append_column(ROW, pa.array(rows, pa.int64())))
        )
        if repaired:
            yield _batch(repaired, self.width)

    def _repaired(self, places: Any, extra: Any) -> Rows:
        rows: Rows = []
        first = self.records + self.shift
        added = 0
        for place, (_number, cut), size in zip(places, self.set_aside, extra, strict=False):
            rows += fit(cut, first + int(place) + added, self.width, self.ragged)
            added += int(size)
        return rows

    def _unswallowed(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """Rows out of cells that a quote left open had filled with them, down to the next quote."""
        rows: Rows = []
        swallowed = []
        numbers = batch.column(ROW).to_numpy().copy()
        for at in sorted(_suspects(batch)):
            cells = [batch.column(i)[at].as_py() for i in range(self.width)]
            if cut := rg.cut_swallowed(cells, self.content, self.width):
                rows += fit(cut, int(numbers[at]), self.width, self.ragged)
                numbers[at + 1 :] += len(cut) - 1
                self.shift += len(cut) - 1
                swallowed.append(at)
        if not swallowed:
            yield batch
            return
        keep = np.ones(batch.num_rows, dtype=bool)
        keep[swallowed] = False
        renumbered = batch.set_column(self.width, ROW, pa.array(numbers, pa.int64()))
        yield renumbered.filter(pa.array(keep))
        yield _batch(rows, self.width)


def _suspects(batch: pa.RecordBatch) -> set[int]:
    found: set[int] = set()
    for column in batch.columns[:-1]:
        long = pc.greater(pc.binary_length(column), _SUSPECT_CHARS)
        if pc.any(long).as_py():
            found.update(pc.indices_nonzero(long).to_pylist())
    return found


def _without_blank_rows(batch: pa.RecordBatch) -> pa.RecordBatch:
    filled = None
    for column in batch.columns[:-1]:
        here = pc.not_equal(column, "")
        filled = here if filled is None else pc.or_(filled, here)
    return batch if pc.all(filled).as_py() else batch.filter(filled)


def _batch(rows: Rows, width: int) -> pa.RecordBatch:
    columns = [pa.array([cells[i] for _, cells in rows], pa.string()) for i in range(width)]
    return pa.record_batch(
        [*columns, pa.array([row for row, _ in rows], pa.int64())], names=[*names(width), ROW]
    )
