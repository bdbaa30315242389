"""Orders whole, with what belongs to them, for those outside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from psycopg import sql

from regulars.commerce.rules.refunds import part_id
from regulars.commerce.types import (
    REFUND_LINES_MAX,
    CreditRow,
    OrderLineState,
    OrderPlace,
    OrderReturn,
    OrderState,
    OrderStatus,
    ShipmentRow,
    ShipmentStatus,
)

PAGE_MAX = 500
"""Most orders read at once, each with all its lines."""

_HEADS = sql.SQL(
    """
SELECT o.id, o.source, o.external_id, o.profile_id, o.ordered_at, o.status, o.cancelled_at, o.currency,
       o.amount_minor,
       (coalesce((SELECT sum(r.amount_minor) FROM commerce_orderreturn AS r WHERE r.order_id = o.id), 0)
        + coalesce((SELECT sum(c.amount_minor) FROM commerce_credit AS c WHERE c.order_id = o.id), 0)
       )::bigint,
       o.channel, o.branch_id, coalesce(b.external_id, ''), o.as_of, o.updated_at, o.revision
FROM ({}) AS o LEFT JOIN commerce_branch AS b ON b.id = o.branch_id
ORDER BY {}
"""
)
_PAGE = sql.SQL("SELECT o.* FROM commerce_order AS o WHERE {} ORDER BY {} LIMIT %s")
_BY_ID = sql.SQL("o.id")
_BY_CHANGE = sql.SQL("o.updated_at, o.id")
_LINES = """
SELECT l.order_id, l.number, l.product_id, coalesce(p.source, ''), coalesce(p.external_id, ''),
       coalesce(p.name, ''), trim_scale(l.quantity), l.amount_minor
FROM commerce_orderline AS l LEFT JOIN commerce_product AS p ON p.id = l.product_id
WHERE l.order_id = ANY(%s) ORDER BY l.order_id, l.number
"""
_RETURNS = """
SELECT r.order_id, r.returned_at, r.amount_minor, trim_scale(r.quantity), l.number
FROM commerce_orderreturn AS r LEFT JOIN commerce_orderline AS l ON l.id = r.line_id
WHERE r.order_id = ANY(%s) ORDER BY r.order_id, r.number
"""
_CREDITS = """
SELECT c.id, c.source, c.external_id, {number}, c.order_id, coalesce(o.profile_id, c.profile_id),
       c.product_id, c.credited_at, trim_scale(c.quantity), c.amount_minor, c.currency
FROM commerce_credit AS c LEFT JOIN commerce_order AS o ON o.id = c.order_id
"""
# Of an order that a colleague named, the credit itself says nothing.
_OF_ORDERS = (
    _CREDITS.format(number="o.external_id") + "WHERE c.order_id = ANY(%s) ORDER BY c.credited_at, c.id"
)
_OF_REFUND = _CREDITS.format(number="c.order_external_id") + "WHERE c.source = %s AND c.external_id = ANY(%s)"
_SHIPMENTS = """
SELECT id, source, external_id, order_external_id, order_id, status, carrier, tracking, promised_at,
       shipped_at, delivered_at, as_of
FROM commerce_shipment
"""
_OF_SHIPPED = _SHIPMENTS + "WHERE order_id = ANY(%s) ORDER BY order_id, id"
_SHIPMENT = _SHIPMENTS + "WHERE source = %s AND external_id = %s"


def order(source: str, external_id: str) -> OrderState | None:
    """One order, as its source names it."""
    one = sql.SQL("SELECT * FROM commerce_order WHERE source = %s AND external_id = %s")
    found = _whole(one, [source, external_id], _BY_ID)
    return found[0] if found else None


def orders_by_id(order_ids: Collection[int]) -> dict[int, OrderState]:
    """These orders, as far as they are there."""
    wanted = sql.SQL("SELECT * FROM commerce_order WHERE id = ANY(%s)")
    return {state.id: state for state in _whole(wanted, [list(order_ids)], _BY_ID)}


def orders_page(
    *,
    after: OrderPlace | None = None,
    limit: int,
    profile_ids: Sequence[int] | None = None,
    updated_since: datetime | None = None,
    branch_id: int | None = None,
) -> list[OrderState]:
    """A page of orders, at most `limit` (up to PAGE_MAX), from where another one ended.

    In the order in which they came; with `updated_since`, those that were changed then or later, the longest
    unchanged first. Who follows changes asks again from a little before the last one seen: a change is seen
    when its transaction ends, a little after the moment it bears.
    """
    page, values = _page(after, limit, profile_ids, updated_since, branch_id)
    return _whole(page, values, _BY_CHANGE if updated_since else _BY_ID)


def _page(
    after: OrderPlace | None,
    limit: int,
    profile_ids: Sequence[int] | None,
    updated_since: datetime | None,
    branch_id: int | None,
) -> tuple[sql.Composed, list[Any]]:
    asked: dict[str, list[Any]] = {}
    if profile_ids is not None:
        asked["o.profile_id = ANY(%s)"] = [list(profile_ids)]
    if branch_id is not None:
        asked["o.branch_id = %s"] = [branch_id]
    if updated_since is not None:
        asked["o.updated_at >= %s"] = [updated_since]
    if after is not None and updated_since is None:
        asked["o.id > %s"] = [after.id]
    elif after is not None:
        asked["(o.updated_at, o.id) > (%s, %s)"] = [after.updated_at, after.id]
    conditions = sql.SQL(" AND ").join(map(sql.SQL, asked)) if asked else sql.SQL("true")
    page = _PAGE.format(conditions, _BY_CHANGE if updated_since else _BY_ID)
    return page, [*(value for values in asked.values() for value in values), min(limit, PAGE_MAX)]


def credits_of(order_ids: Sequence[int]) -> dict[int, list[CreditRow]]:
    """Money given back for these orders, the oldest first."""
    found: dict[int, list[CreditRow]] = {id_: [] for id_ in order_ids}
    for row in _rows(_OF_ORDERS, list(found)):
        found[row[4]].append(CreditRow(*row))
    return found


def credits_of_refund(source: str, external_id: str) -> list[CreditRow]:
    """What a refund became, as its source names it: a credit, or one for each line."""
    others = [part_id(external_id, number) for number in range(2, REFUND_LINES_MAX + 1)]
    rows = [CreditRow(*row) for row in _rows(_OF_REFUND, source, [external_id, *others])]
    return sorted(rows, key=lambda row: (len(row.external_id), row.external_id))


def shipment(source: str, external_id: str) -> ShipmentRow | None:
    """One shipment, as its source names it."""
    found = _rows(_SHIPMENT, source, external_id)
    return _shipment(*found[0]) if found else None


def shipments_of(order_ids: Sequence[int]) -> dict[int, list[ShipmentRow]]:
    """The shipments of these orders."""
    found: dict[int, list[ShipmentRow]] = {id_: [] for id_ in order_ids}
    for values in _rows(_OF_SHIPPED, list(found)):
        row = _shipment(*values)
        found[values[4]].append(row)
    return found


def _shipment(
    id_: int, source: str, external_id: str, number: str, order_id: int | None, status: str, *rest: Any
) -> ShipmentRow:
    return ShipmentRow(id_, source, external_id, number, order_id, ShipmentStatus(status), *rest)


def _whole(orders: sql.Composable, values: Sequence[Any], in_order: sql.SQL) -> list[OrderState]:
    with connection.cursor() as cursor:
        cursor.execute(_HEADS.format(orders, in_order), values)
        heads = cursor.fetchall()
    ids = [head[0] for head in heads]
    lines: defaultdict[int, list[OrderLineState]] = defaultdict(list)
    returns: defaultdict[int, list[OrderReturn]] = defaultdict(list)
    for order_id, *line in _rows(_LINES, ids):
        lines[order_id].append(OrderLineState(*line))
    for order_id, returned_at, amount_minor, quantity, number in _rows(_RETURNS, ids):
        back = OrderReturn(returned_at=returned_at, amount_minor=amount_minor, quantity=quantity, line=number)
        returns[order_id].append(back)
    return [_state(head, tuple(lines[head[0]]), tuple(returns[head[0]])) for head in heads]


def _state(
    head: tuple[Any, ...], lines: tuple[OrderLineState, ...], returns: tuple[OrderReturn, ...]
) -> OrderState:
    id_, source, external_id, profile_id, ordered_at, status, *rest = head
    values = (id_, source, external_id, profile_id, ordered_at, OrderStatus(status), *rest, lines, returns)
    return OrderState(*values)


def _rows(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
