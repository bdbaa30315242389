"""Tables of lines written by hand, for tests of what is made from them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import duckdb

from regulars.analytics.compute.reading.types import Reading
from regulars.analytics.types import SourcePart

FIELDS = {
    "row": "BIGINT",
    "part": "SMALLINT",
    "part_row": "BIGINT",
    "customer_id": "VARCHAR",
    "order_id": "VARCHAR",
    "ordered_at": "TIMESTAMP",
    "product": "VARCHAR",
    "category": "VARCHAR",
    "quantity": "DECIMAL(18, 6)",
    "amount": "DECIMAL(18, 6)",
    "currency": "VARCHAR",
    "kind": "VARCHAR",
    "channel": "VARCHAR",
    "branch": "VARCHAR",
}
MADE_UP: dict[str, Any] = {"part": 0, "kind": "sale"}


def fill(con: duckdb.DuckDBPyConnection, lines: Sequence[dict[str, Any]]) -> None:
    """Make the table `lines`; rows are numbered in order, fields not given are blank."""
    columns = ", ".join(f"{name} {type_}" for name, type_ in FIELDS.items())
    con.execute(f"CREATE OR REPLACE TABLE lines ({columns})")
    rows = [
        [{**MADE_UP, "row": n, "part_row": n + 1, **line}.get(field) for field in FIELDS]
        for n, line in enumerate(lines, start=1)
    ]
    if rows:
        con.executemany(f"INSERT INTO lines VALUES ({', '.join('?' * len(FIELDS))})", rows)


def reading(
    *,
    parts: Sequence[str] = ("orders.csv",),
    currency: str | None = None,
    order_ids: bool = True,
    products: bool = True,
    channels: bool = True,
) -> Reading:
    return Reading(
        parts=[SourcePart(name=name, rows=0) for name in parts],
        rows_read=0,
        mapping={},
        currency=currency,
        has_order_ids=order_ids,
        has_products=products,
        has_channels=channels,
        notes=[],
    )


def parse(table: str) -> list[dict[str, Any]]:
    """Lines from a table with | between cells and the names of the fields on top; a dot is blank."""
    header, *rows = [
        [cell.strip() for cell in line.split("|")] for line in table.strip().splitlines() if line.strip()
    ]
    return [{name: _value(name, cell) for name, cell in zip(header, row, strict=True)} for row in rows]


def _value(name: str, cell: str) -> Any:
    if cell == ".":
        return None
    if name == "amount":
        return Decimal(cell)
    if name == "ordered_at":
        return datetime.fromisoformat(cell)
    return int(cell) if name in {"part", "part_row"} else cell
