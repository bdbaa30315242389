"""What an opened file looks like to those who bring it in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from regulars.imports.ledger import Ledger, Refused

ROWS_MAX = 5_000
"""Rows of the file in one transaction: an open write holds the readers of the log back."""
SET_ASIDE_MAX = 10_000
"""Rows set aside that are kept of one import; of the others there is the count by reason."""


class Tables(Protocol):
    """A connection to the engine the file was read into; which one it is, only analytics knows."""

    def execute(self, query: str, parameters: Any = None) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How a file is to be read: `timezone` and `currency` are the shop's, for what says none of its own."""

    path: Path
    mapping: Mapping[str, str]
    source: str
    timezone: str
    currency: str


@dataclass(slots=True, kw_only=True)
class Contents:
    """What was found: `rows` of the `parts`, and those to be set aside by reason."""

    parts: list[str]
    rows: int
    set_aside: dict[str, int] = field(default_factory=dict)


class Work(Protocol):
    """An opened file. The same file gives the same batches; `plan` tells whether it did."""

    @property
    def contents(self) -> Contents: ...
    @property
    def plan(self) -> str: ...
    @property
    def batches(self) -> int: ...

    def set_aside(self, limit: int) -> Sequence[Refused]:
        """The first rows that do not go in, in the order of the file."""

    def apply(self, number: int, ledger: Ledger, now: datetime) -> None:
        """Do batch `number` (from 0), within the transaction of the caller."""

    def cells(self, places: Collection[tuple[int, int]]) -> Mapping[tuple[int, int], Mapping[str, str]]:
        """The cells of these rows (part, row) by column, as they stand in the file; reads it once more."""

    def forget(self) -> None:
        """The batch applied last was rolled back: nothing it made exists."""


def cut(sizes: Sequence[int], most: int = ROWS_MAX) -> list[int]:
    """Where batches end: places behind the last of each, none above `most` unless a single one is."""
    ends: list[int] = []
    filled = 0
    for place, size in enumerate(sizes):
        if filled and filled + size > most:
            ends.append(place)
            filled = 0
        filled += size
    if sizes:
        ends.append(len(sizes))
    return ends
