"""In what two databases differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a database writes what the rules need.

    `wide`: a type of whole numbers in which no product of amounts overflows. `ratio`: whole division of such
    numbers, none below zero. `slot`: a bound value.
    """

    name: str
    wide: str
    ratio: str
    slot: str

    def divided(self, of: str, by: str) -> str:
        """Rounded down."""
        return self.ratio.format(of=of, by=by)

    def value(self, name: str, type_: str) -> str:
        """A bound value of a type that both know by this word."""
        return f"CAST({self.slot.format(name=name)} AS {type_})"


POSTGRES = Dialect(name="postgres", wide="numeric", ratio="div({of}, {by})", slot="%({name})s")
DUCKDB = Dialect(name="duckdb", wide="hugeint", ratio="(({of}) // ({by}))", slot="${name}")


@dataclass(frozen=True, slots=True)
class Statement:
    """Text with named values: `%(name)s` for PostgreSQL, `$name` for DuckDB."""

    text: str
    values: Mapping[str, Any]
