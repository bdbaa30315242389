"""Reading commerce."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from regulars.commerce.models import Branch, Order, Till
from regulars.commerce.types import BranchRow, LineRow, OrderRow, OrderStatus, TillRow

LAST_ORDERS_MAX = 200
"""Most orders read at once: more than a page shows before one asks for the next."""

_LINES = """
SELECT l.order_id, l.number, coalesce(p.name, ''), coalesce(p.category, ''), l.quantity, l.amount_minor
FROM commerce_orderline AS l LEFT JOIN commerce_product AS p ON p.id = l.product_id
WHERE l.order_id = ANY(%s) ORDER BY l.order_id, l.number
"""
# Each profile's newest are read in order from the index and then merged; `profile_id = ANY` would read
# all orders of a customer to sort them.
_LAST = """
WITH newest AS (
    SELECT o.* FROM unnest(%s::bigint[]) AS p(profile_id)
    CROSS JOIN LATERAL (
        SELECT * FROM commerce_order WHERE commerce_order.profile_id = p.profile_id
        ORDER BY ordered_at DESC, id DESC LIMIT %s
    ) AS o
    ORDER BY o.ordered_at DESC, o.id DESC LIMIT %s
)
SELECT o.id, o.external_id, o.profile_id, o.ordered_at, o.status, o.amount_minor,
       (coalesce((SELECT sum(r.amount_minor) FROM commerce_orderreturn AS r WHERE r.order_id = o.id), 0)
        + coalesce((SELECT sum(c.amount_minor) FROM commerce_credit AS c WHERE c.order_id = o.id), 0)
       )::bigint,
       o.currency, o.channel, coalesce(b.name, '')
FROM newest AS o LEFT JOIN commerce_branch AS b ON b.id = o.branch_id
ORDER BY o.ordered_at DESC, o.id DESC
"""


def last_order_id() -> int:
    """The number of the order that came in last; 0 before the first."""
    return Order.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def any_orders() -> bool:
    """Whether the shop has sold anything yet."""
    return Order.objects.exists()


def branches() -> list[BranchRow]:
    """All branches with their tills, those in use first, then by name."""
    tills: dict[int, list[TillRow]] = {}
    for till in Till.objects.order_by("-active", "name", "id"):
        row = TillRow(till.pk, till.name, till.external_id, till.active)
        tills.setdefault(till.branch_id, []).append(row)
    return [
        BranchRow(branch.pk, branch.name, branch.external_id, branch.active, tuple(tills.get(branch.pk, ())))
        for branch in Branch.objects.order_by("-active", "name", "id")
    ]


def order_lines(order_ids: Sequence[int]) -> dict[int, list[LineRow]]:
    """The lines of these orders, in their order, with the names of the products; one read for a page."""
    found: dict[int, list[LineRow]] = {id_: [] for id_ in order_ids}
    if found:
        with connection.cursor() as cursor:
            cursor.execute(_LINES, [list(found)])
            for order_id, *line in cursor.fetchall():
                found[order_id].append(LineRow(*line))
    return found


def last_orders(profile_ids: Sequence[int], limit: int) -> list[OrderRow]:
    """The newest orders of these profiles, newest first, at most `limit` (up to LAST_ORDERS_MAX)."""
    limit = min(limit, LAST_ORDERS_MAX)
    with connection.cursor() as cursor:
        cursor.execute(_LAST, [list(profile_ids), limit, limit])
        return [
            OrderRow(id_, number, profile_id, ordered_at, OrderStatus(status), *rest)
            for id_, number, profile_id, ordered_at, status, *rest in cursor.fetchall()
        ]
