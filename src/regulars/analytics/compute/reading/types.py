"""What reading is asked for and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from regulars.analytics.types import Note, SourcePart


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """`mapping`: field -> "COL" or "COL:format"; an empty COL leaves the field out.

    `timezone` is the shop's: moments with an offset are turned into it, others are taken to be in it.
    `currency`: the one to count in, None for the most frequent of the input.
    `with_details`: also who the customer is and what cannot be used (see `details`); for figures it is off.
    """

    timezone: str
    mapping: Mapping[str, str] = field(default_factory=dict)
    currency: str | None = None
    with_details: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read into the table (or view) `lines`; `mapping` is that of the first part."""

    parts: list[SourcePart]
    rows_read: int
    mapping: dict[str, str]
    currency: str | None
    has_order_ids: bool
    has_products: bool
    has_channels: bool
    notes: list[Note]


@dataclass(frozen=True, slots=True)
class CostsReading:
    """What was read into the table `costs`; rows without channel, day or cost are left out and noted."""

    parts: list[SourcePart]
    rows_read: int
    mapping: dict[str, str]
    notes: list[Note]


Kind = Literal["text", "workbook", "parquet"]


@dataclass(frozen=True, slots=True)
class PlainFile:
    """A file outside any archive. `name` is what the person calls it, `origin` the file that was named."""

    path: Path
    name: str
    kind: Kind
    origin: Path

    @property
    def is_original(self) -> bool:
        return self.path == self.origin


@dataclass(frozen=True, slots=True)
class Column:
    """`source` names it in the relation that holds the part. `type` is DuckDB's; `is_tidy`: a text without
    anything to clean away, blanks are NULL."""

    name: str
    source: str
    type: str = "VARCHAR"
    is_tidy: bool = False


@dataclass(frozen=True, slots=True)
class TextContent:
    """A delimited text: how it is cut, and where its rows begin.

    `skip_lines` physical lines stand above the first row, whose number for a person is `first_row`.
    """

    path: Path
    encoding: str
    delimiter: str
    escape: str | None
    skip_lines: int
    first_row: int
    has_nul: bool = False


@dataclass(frozen=True, slots=True)
class ParquetContent:
    path: Path
    rows: int
    in_place: bool  # named by the person: it stays where it is, so a view over it may outlive the reading


@dataclass(frozen=True, slots=True)
class Table:
    """One part of the input as found: a file, a sheet or a member of an archive.

    `sample`: the first values of each column as text, "" for blanks; `rows`: their row numbers as a person
    would count them.
    `family`: parts of one workbook or archive share it; of these only those of one shape are read.
    """

    name: str
    columns: tuple[Column, ...]
    sample: tuple[tuple[str, ...], ...]
    rows: tuple[int, ...]
    content: TextContent | ParquetContent
    size: int
    family: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    damaged: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """The columns (by position) that a field is read from, and the date format the person gave."""

    columns: tuple[int, ...]
    format: str | None = None
    forced: bool = False


Choices = dict[str, Choice]
