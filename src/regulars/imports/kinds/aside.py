"""Rows that do not go in. A file's tables hold them in `aside(row, part, part_row, reason)`."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.imports.kinds.work import Tables
from regulars.imports.ledger import Refused

_COUNTS = "SELECT reason, count(*) FROM aside GROUP BY reason ORDER BY reason"
_FIRST = "SELECT part, part_row, reason FROM aside ORDER BY row LIMIT ?"


def set_aside_counts(con: Tables) -> dict[str, int]:
    return dict(con.execute(_COUNTS).fetchall())


def first_aside(con: Tables, limit: int) -> Sequence[Refused]:
    return [Refused(part, row, reason) for part, row, reason in con.execute(_FIRST, [limit]).fetchall()]


def refused_at(places: Sequence[tuple[int, int]], reason: str) -> list[Refused]:
    return [Refused(part, row, reason) for part, row in places]
