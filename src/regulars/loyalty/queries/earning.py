"""What orders earn by the rules of a programme: asked of the database, all at once."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import msgspec
from django.db import connection
from psycopg import RawCursor
from psycopg.adapt import PyFormat, Transformer

from regulars.kit.folding import fold
from regulars.loyalty.compiling import POSTGRES, earning_statement
from regulars.loyalty.types import Programme
from regulars.loyalty.types.earned import NOTHING, Earned, EarningOrder

KEPT_MAX = 64
"""Programmes whose statements a process keeps."""

# Orders come as one JSON text, each with its lines: arrays would be written item by item in Python.
_ORDERS = """
SELECT * FROM json_to_recordset($1::json) AS orders (
    n int, day date, weekday int, currency text, total bigint, tier text, branch text, channel text,
    fits bigint, room bigint, lines json)
"""
_LINES = """
SELECT * FROM json_to_recordset(applying.lines) AS line (
    product text, category text, brand text, pieces bigint, amount bigint)
"""
_SLOT = re.compile(r"\$(p\d+)")

_kept: OrderedDict[int, tuple[Programme, str, list[Any]]] = OrderedDict()
"""By the identity of a programme, which is held here and so stays: its statement and what that binds."""


def earned(programme: Programme, orders: Sequence[EarningOrder]) -> list[Earned]:
    """What each of these orders earns, in their order; one statement for all.

    Nothing is earned in other money than the programme's, and while it does not run.
    """
    if not orders:
        return []
    text, values = _statement(programme)
    found: list[tuple[int, dict[str, int]]] = [(0, {}) for _ in orders]
    for n, total, mechanic, share in _rows(text, [_as_json(programme, orders), *values]):
        shares = found[n][1]
        if share:
            shares[mechanic] = share
        found[n] = (total, shares)
    return [Earned(total, shares) if total else NOTHING for total, shares in found]


def _statement(programme: Programme) -> tuple[str, list[Any]]:
    kept = _kept.get(id(programme))
    if kept is None:
        statement = earning_statement(programme, POSTGRES, orders=_ORDERS, lines=_LINES)
        numbers = {name: number for number, name in enumerate(statement.values, start=2)}
        text = _SLOT.sub(lambda slot: f"${numbers[slot[1]]}", statement.text)
        kept = _kept[id(programme)] = (programme, text, [_written(one) for one in statement.values.values()])
        while len(_kept) > KEPT_MAX:
            _kept.popitem(last=False)
    return kept[1:]


def _written(value: Any) -> Any:
    """A list as PostgreSQL writes arrays, made once: psycopg would write it item by item with each cart."""
    if not isinstance(value, list):
        return value
    return bytes(Transformer().get_dumper(value, PyFormat.TEXT).dump(value) or b"").decode()


def _rows(text: str, values: list[Any]) -> list[tuple[int, int, str, int]]:
    """Prepared on each connection: planning takes longer than finding out what a cart earns."""
    connection.ensure_connection()
    if connection.queries_logged:
        connection.queries_log.append({"sql": text, "time": "0"})
    # Django has psycopg prepare nothing; its own cursors bind on this side, and go on so.
    connection.connection.prepare_threshold = 0
    with connection.wrap_database_errors, RawCursor(connection.connection) as cursor:
        return list(cursor.execute(text, values, prepare=True).fetchall())


def _as_json(programme: Programme, orders: Sequence[EarningOrder]) -> str:
    bits = [(rule.key, 1 << place) for place, rule in enumerate(programme.rules) if rule.when.who is not None]
    rows = [
        {
            "n": n,
            "day": order.day,
            "weekday": order.day.isoweekday(),
            "currency": order.currency,
            "total": order.total_minor,
            "tier": order.tier,
            "branch": fold(order.branch),
            "channel": fold(order.channel),
            "fits": sum(bit for key, bit in bits if key in order.fits),
            "room": order.room_minor,
            "lines": [
                {
                    "product": fold(line.product),
                    "category": fold(line.category),
                    "brand": fold(line.brand),
                    "pieces": line.pieces,
                    "amount": line.amount_minor,
                }
                for line in order.lines
            ],
        }
        for n, order in enumerate(orders)
    ]
    return msgspec.json.encode(rows).decode()
