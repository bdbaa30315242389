"""Reading what is known of each customer. Every list is read in the order of an index, a page at a time."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Final

import msgspec
from django.db import connection
from psycopg import sql

from regulars.analytics.models import NO_DAY, CustomerFigures
from regulars.analytics.rules.rhythm import STAGES
from regulars.analytics.rules.segments import segment as segment_of
from regulars.analytics.types import CustomerRow, Segment, Sort, Stage

LIST_MAX = 1000
"""Most rows of a list read at once: what a file of a list is written from goes on from there."""

_FIELDS: Final = tuple(field.name for field in msgspec.structs.fields(CustomerRow))
_COLUMNS = sql.SQL(", ").join(sql.Identifier(name) for name in _FIELDS)
_TABLE = sql.Identifier(CustomerFigures._meta.db_table)

# As in the indexes of the model; another spelling would not be found there.
_KEYS: Final[dict[Sort, sql.SQL]] = {
    "last_day": sql.SQL(f"coalesce(last_day, '{NO_DAY}'::date)"),
    "first_day": sql.SQL(f"coalesce(first_day, '{NO_DAY}'::date)"),
    "revenue": sql.SQL("revenue_minor"),
    "orders": sql.SQL("orders"),
}
_POSITION = re.compile(r"(\d{4}-\d{2}-\d{2}|-?\d{1,18}|)_(\d{1,18})", re.ASCII)
_TODAY = """
SELECT {columns} FROM {table}
WHERE m = 5 AND orders >= 2 AND stage IN ('at_risk', 'lapsed')
ORDER BY revenue_minor DESC, person_id DESC
LIMIT %s
"""


def figures_of(person_id: int) -> CustomerRow | None:
    """What is known of one customer; None before the first run that saw them."""
    rows = _rows(sql.SQL("SELECT {columns} FROM {table} WHERE person_id = %s"), [person_id])
    return rows[0] if rows else None


def customers_page(
    *,
    segment: Segment | None = None,
    stage: Stage | None = None,
    scores: tuple[int, int] | None = None,
    sort: Sort = "last_day",
    after: str | None = None,
    before: str | None = None,
    limit: int = 50,
) -> list[CustomerRow]:
    """A page of customers, the latest or most first; those who never ordered come last.

    `scores`: R and F, one place of the RFM map; it lies in one segment, whatever `segment` says.
    `after` is the `position(sort)` of the last row of the page above, `before` that of the first row of
    the page below; what is no position is passed over. `limit` is LIST_MAX at most.
    """
    upwards = before is not None
    at = _position(before if upwards else after, sort)
    key, limit = _KEYS[sort], min(limit, LIST_MAX)
    direction = sql.SQL("ASC" if upwards else "DESC")
    if scores is not None:
        segment = segment_of(*scores)
    # With a segment, its stages are read each in their order and merged: so every filter has an index.
    branches: list[Stage | None] = [stage] if stage or not segment else list(STAGES)
    one = sql.SQL("SELECT {columns} FROM {table} WHERE {where} ORDER BY {order} LIMIT %s")
    order = sql.SQL("{key} {direction}, person_id {direction}").format(key=key, direction=direction)
    parts, values = [], []
    for chosen in branches:
        where, bound = _where(segment, chosen, scores, key, at, upwards)
        parts.append(one.format(columns=_COLUMNS, table=_TABLE, where=where, order=order))
        values += [*bound, limit]
    if len(parts) == 1:
        query: sql.Composable = parts[0]
    else:
        union = sql.SQL(" UNION ALL ").join(sql.SQL("({})").format(part) for part in parts)
        query = sql.SQL("SELECT * FROM ({}) AS found ORDER BY {} LIMIT %s").format(union, order)
        values.append(limit)
    rows = _rows(query, values)
    return rows[::-1] if upwards else rows


def look_at_today(limit: int = 10) -> list[CustomerRow]:
    """Who is slipping away by the audit's own definition (`types.Slipping`), those who brought most first."""
    return _rows(sql.SQL(_TODAY), [min(limit, LIST_MAX)])


def _where(
    segment: str | None,
    stage: str | None,
    scores: tuple[int, int] | None,
    key: sql.SQL,
    at: tuple[date | int, int] | None,
    upwards: bool,
) -> tuple[sql.Composable, list[Any]]:
    conditions: list[sql.Composable] = []
    values: list[Any] = []
    r, f = scores or (None, None)
    for column, value in (("segment", segment), ("stage", stage), ("r", r), ("f", f)):
        if value is not None:
            conditions.append(sql.SQL("{} = %s").format(sql.Identifier(column)))
            values.append(value)
    if at is not None:
        sign = sql.SQL(">" if upwards else "<")
        conditions.append(sql.SQL("({}, person_id) {} (%s, %s)").format(key, sign))
        values += at
    return (sql.SQL(" AND ").join(conditions) if conditions else sql.SQL("true")), values


def _position(text: str | None, sort: Sort) -> tuple[date | int, int] | None:
    match = _POSITION.fullmatch(text or "")
    if match is None:
        return None
    value, person_id = match[1], int(match[2])
    try:
        if sort in {"last_day", "first_day"}:
            return date.fromisoformat(value or NO_DAY), person_id
        return int(value), person_id
    except ValueError:
        return None


def _rows(query: sql.Composable, values: list[Any]) -> list[CustomerRow]:
    if isinstance(query, sql.SQL):
        query = query.format(columns=_COLUMNS, table=_TABLE)
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return [CustomerRow(**dict(zip(_FIELDS, row, strict=True))) for row in cursor.fetchall()]
