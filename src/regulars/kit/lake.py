"""The one registry of what the lake holds.

A domain registers its lake tables in `AppConfig.ready()`; analytics owns the engine that fills them. So
the engine knows nothing of the trade, and a domain nothing of Parquet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, kw_only=True)
class LakeTable:
    """History kept for set-wise figures.

    `name` is a folder's name and is stored in marks of change: it never changes. `query` is one SELECT,
    without a semicolon, over views `facts_<noun>`; it holds ids, never names or contacts. `moment` is
    the column (timestamptz or date) whose month in UTC says which file a row is in; None: one file for
    all. A moment is never NULL: such a row would be in no file.
    """

    name: str
    query: str
    moment: str | None = None

    def __post_init__(self) -> None:
        for name in (self.name, self.moment):
            if name is not None and not _NAME.fullmatch(name):
                raise ValueError(
                    f"{name!r} is no name for a lake table or its column: small letters, digits, _"
                )
        if ";" in self.query:
            raise ValueError(
                f"the query of the lake table {self.name} must be one SELECT without a semicolon"
            )


_tables: dict[str, LakeTable] = {}


def register(table: LakeTable) -> None:
    """Add a table; the same name twice is a mistake in the code."""
    if table.name in _tables:
        raise ValueError(f"the lake table {table.name} is registered twice")
    _tables[table.name] = table


def registered() -> list[LakeTable]:
    """All tables, in the order they were registered: lower layers first."""
    return list(_tables.values())
