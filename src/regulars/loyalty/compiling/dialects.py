"""In what two databases differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a database writes what the rules need.

    `wide`: a type of whole numbers in which no product of amounts overflows. `ratio`: whole division of such
    numbers, none below zero. `join`: how lines come to their order: PostgreSQL finds them in a column `lines`
    of the order, and so needs no guess of how many there are to join them well.
    """

    name: str
    wide: str
    ratio: str
    join: str
    carried: tuple[str, ...] = ()

    def divided(self, of: str, by: str) -> str:
        """Rounded down."""
        return self.ratio.format(of=of, by=by)


POSTGRES = Dialect(
    name="postgres",
    wide="numeric",
    ratio="div({of}, {by})",
    join="LEFT JOIN LATERAL ({lines}) AS l ON true",
    carried=("lines",),
)
DUCKDB = Dialect(
    name="duckdb",
    wide="hugeint",
    ratio="(({of}) // ({by}))",
    join="LEFT JOIN ({lines}) AS l ON l.n = applying.n",
)


@dataclass(frozen=True, slots=True)
class Statement:
    """Text with named values, `$name` in both: DuckDB takes them so, for PostgreSQL they are numbered."""

    text: str
    values: Mapping[str, Any]
