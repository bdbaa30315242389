"""The one place that locks orders. Always in the order of their ids, so that nobody waits in a circle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from regulars.commerce.types import Order, OrderLine, OrderReturn, OrderStatus, SourceKey

_LOCK = """
SELECT o.id, o.source, o.external_id, o.profile_id, o.ordered_at, o.status, o.cancelled_at, o.currency,
       o.channel, o.branch_id, o.revision
FROM commerce_order AS o
JOIN unnest(%s::text[], %s::text[]) AS k(source, external_id) USING (source, external_id)
ORDER BY o.id
FOR NO KEY UPDATE OF o
"""
_LINES = """
SELECT order_id, product_id, quantity, amount_minor
FROM commerce_orderline WHERE order_id = ANY(%s) ORDER BY order_id, number
"""
_RETURNS = """
SELECT r.order_id, r.returned_at, r.quantity, r.amount_minor, l.number
FROM commerce_orderreturn AS r LEFT JOIN commerce_orderline AS l ON l.id = r.line_id
WHERE r.order_id = ANY(%s) ORDER BY r.order_id, r.number
"""


@dataclass(frozen=True, slots=True)
class LockedOrder:
    """An order as it stands, held until the end of the transaction."""

    id: int
    revision: int
    order: Order


def lock_orders(keys: Iterable[SourceKey]) -> dict[SourceKey, LockedOrder]:
    """Lock the stored orders among these and read them whole."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    heads = _read(_LOCK, [source for source, _ in wanted], [external_id for _, external_id in wanted])
    ids = [head[0] for head in heads]
    lines, returns = _lines(ids), _returns(ids)
    locked: dict[SourceKey, LockedOrder] = {}
    for id_, source, external_id, profile_id, ordered_at, status, cancelled_at, *rest in heads:
        currency, channel, branch_id, revision = rest
        order = Order(
            source=source,
            external_id=external_id,
            profile_id=profile_id,
            ordered_at=ordered_at,
            status=OrderStatus(status),
            cancelled_at=cancelled_at,
            currency=currency,
            channel=channel,
            branch_id=branch_id,
            lines=tuple(lines[id_]),
            returns=tuple(returns[id_]),
        )
        locked[order.key] = LockedOrder(id_, revision, order)
    return locked


def _read(statement: str, *arrays: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arrays)
        return list(cursor.fetchall())


def _lines(ids: Sequence[int]) -> defaultdict[int, list[OrderLine]]:
    found: defaultdict[int, list[OrderLine]] = defaultdict(list)
    for order_id, product_id, quantity, amount_minor in _read(_LINES, ids):
        line = OrderLine(product_id=product_id, quantity=quantity, amount_minor=amount_minor)
        found[order_id].append(line)
    return found


def _returns(ids: Sequence[int]) -> defaultdict[int, list[OrderReturn]]:
    found: defaultdict[int, list[OrderReturn]] = defaultdict(list)
    for order_id, returned_at, quantity, amount_minor, line in _read(_RETURNS, ids):
        found[order_id].append(
            OrderReturn(returned_at=returned_at, quantity=quantity, amount_minor=amount_minor, line=line)
        )
    return found
