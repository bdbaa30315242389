"""The statements behind `record_orders`: each writes a whole batch."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from regulars.commerce.types import Order, SourceKey

_INSERT = """
INSERT INTO commerce_order (source, external_id, profile_id, ordered_at, status, cancelled_at, amount_minor,
                            currency, channel, branch_id, revision)
SELECT t.*, 1
FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::timestamptz[], %s::text[], %s::timestamptz[],
            %s::bigint[], %s::text[], %s::text[], %s::bigint[])
    AS t(source, external_id, profile_id, ordered_at, status, cancelled_at, amount_minor,
         currency, channel, branch_id)
ORDER BY source, external_id
ON CONFLICT (source, external_id) DO NOTHING
RETURNING id, source, external_id
"""
_UPDATE = """
UPDATE commerce_order AS o
SET profile_id = t.profile_id, ordered_at = t.ordered_at, status = t.status, cancelled_at = t.cancelled_at,
    amount_minor = t.amount_minor, currency = t.currency, channel = t.channel, branch_id = t.branch_id,
    revision = o.revision + 1
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::text[], %s::timestamptz[],
            %s::bigint[], %s::text[], %s::text[], %s::bigint[])
    AS t(id, profile_id, ordered_at, status, cancelled_at, amount_minor, currency, channel, branch_id)
WHERE o.id = t.id
"""
_UPSERT_LINES = """
INSERT INTO commerce_orderline (order_id, number, product_id, quantity, amount_minor)
SELECT * FROM unnest(%s::bigint[], %s::integer[], %s::bigint[], %s::numeric[], %s::bigint[])
ON CONFLICT (order_id, number) DO UPDATE SET
    product_id = excluded.product_id, quantity = excluded.quantity, amount_minor = excluded.amount_minor
"""
_DROP_LINES = """
DELETE FROM commerce_orderline AS l
USING unnest(%s::bigint[], %s::integer[]) AS t(order_id, kept)
WHERE l.order_id = t.order_id AND l.number > t.kept
"""
_UPSERT_RETURNS = """
INSERT INTO commerce_orderreturn (order_id, number, line_id, returned_at, quantity, amount_minor)
SELECT t.order_id, t.number, l.id, t.returned_at, t.quantity, t.amount_minor
FROM unnest(%s::bigint[], %s::integer[], %s::integer[], %s::timestamptz[], %s::numeric[], %s::bigint[])
    AS t(order_id, number, line, returned_at, quantity, amount_minor)
LEFT JOIN commerce_orderline AS l ON l.order_id = t.order_id AND l.number = t.line
ON CONFLICT (order_id, number) DO UPDATE SET
    line_id = excluded.line_id, returned_at = excluded.returned_at, quantity = excluded.quantity,
    amount_minor = excluded.amount_minor
"""
_DROP_RETURNS = """
DELETE FROM commerce_orderreturn AS r
USING unnest(%s::bigint[], %s::integer[]) AS t(order_id, kept)
WHERE r.order_id = t.order_id AND r.number > t.kept
"""


def _head(order: Order) -> tuple[object, ...]:
    return (
        order.profile_id,
        order.ordered_at,
        order.status.value,
        order.cancelled_at,
        order.amount_minor,
        order.currency,
        order.channel,
        order.branch_id,
    )


def _columns(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]


def insert_orders(orders: Sequence[Order]) -> dict[SourceKey, int]:
    """Insert the heads of those that nobody else stored meanwhile; gives their ids."""
    if not orders:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, _columns([(*order.key, *_head(order)) for order in orders]))
        return {(source, external_id): id_ for id_, source, external_id in cursor.fetchall()}


def update_orders(orders: Sequence[tuple[int, Order]]) -> None:
    """Overwrite the heads of locked orders; each counts one revision more."""
    if orders:
        with connection.cursor() as cursor:
            cursor.execute(_UPDATE, _columns([(id_, *_head(order)) for id_, order in orders]))


def write_lines(orders: Sequence[tuple[int, Order]]) -> None:
    """Make the stored lines of new or locked orders those given. A line keeps its id by its number."""
    lines = [
        (id_, number, line.product_id, line.quantity, line.amount_minor)
        for id_, order in orders
        for number, line in enumerate(order.lines, start=1)
    ]
    with connection.cursor() as cursor:
        if lines:
            cursor.execute(_UPSERT_LINES, _columns(lines))
        if orders:
            cursor.execute(_DROP_LINES, _columns([(id_, len(order.lines)) for id_, order in orders]))


def write_returns(orders: Sequence[tuple[int, Order]]) -> None:
    """Make the stored returns of new or locked orders those given."""
    returns = [
        (id_, number, back.line, back.returned_at, back.quantity, back.amount_minor)
        for id_, order in orders
        for number, back in enumerate(order.returns or (), start=1)
    ]
    with connection.cursor() as cursor:
        if returns:
            cursor.execute(_UPSERT_RETURNS, _columns(returns))
        if orders:
            cursor.execute(
                _DROP_RETURNS, _columns([(id_, len(order.returns or ())) for id_, order in orders])
            )
