"""What is in carts.

What was put into a cart before the customer's last order, under whichever of their profiles, is bought or
given up; so no order has to write to carts, and a merge of customers closes them too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db import connection

from regulars.commerce.types import CartLineRow, CartRow

_CARTS = """
SELECT c.id, c.profile_id, c.cart, c.currency, c.changed_at,
       CASE WHEN c.checkout_at > o.last_at OR o.last_at IS NULL THEN c.checkout_at END, o.last_at
FROM commerce_cart AS c
CROSS JOIN LATERAL (
    SELECT max(o.ordered_at) AS last_at
    FROM facts_profiles AS own
    JOIN facts_profiles AS p ON p.person_id = own.person_id
    JOIN commerce_order AS o ON o.profile_id = p.profile_id
    WHERE own.profile_id = c.profile_id
) AS o
WHERE c.profile_id = ANY(%s) AND (o.last_at IS NULL OR c.changed_at > o.last_at)
ORDER BY c.changed_at DESC, c.id
"""
_LINES = """
SELECT l.cart_id, l.product_id, p.source, p.external_id, p.name, trim_scale(sum(l.quantity)),
       (array_agg(l.price_minor ORDER BY l.at DESC) FILTER (WHERE l.price_minor IS NOT NULL))[1]
FROM unnest(%s::bigint[], %s::timestamptz[]) AS k(cart_id, since)
JOIN commerce_cartline AS l ON l.cart_id = k.cart_id AND (k.since IS NULL OR l.at > k.since)
JOIN commerce_product AS p ON p.id = l.product_id
GROUP BY l.cart_id, l.product_id, p.source, p.external_id, p.name
HAVING sum(l.quantity) > 0
ORDER BY l.cart_id, min(l.at), l.product_id
"""


def carts_of(profile_ids: Sequence[int]) -> list[CartRow]:
    """The open carts of these profiles that something is in, the last touched first."""
    with connection.cursor() as cursor:
        cursor.execute(_CARTS, [list(profile_ids)])
        carts = cursor.fetchall()
        if not carts:
            return []
        cursor.execute(_LINES, [[cart[0] for cart in carts], [cart[-1] for cart in carts]])
        lines: defaultdict[int, list[CartLineRow]] = defaultdict(list)
        for cart_id, *line in cursor.fetchall():
            lines[cart_id].append(CartLineRow(*line))
    return [
        CartRow(id_, profile_id, name, currency, changed_at, checkout_at, tuple(lines[id_]))
        for id_, profile_id, name, currency, changed_at, checkout_at, _ in carts
        if lines[id_]
    ]
