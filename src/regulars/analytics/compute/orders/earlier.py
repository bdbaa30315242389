"""The shop's orders as they were known at an earlier day."""

from __future__ import annotations

from datetime import date

import duckdb
import ibis.expr.types as ir

from regulars.analytics.compute.engine import Engine
from regulars.analytics.compute.figures import tables
from regulars.analytics.compute.figures.sequence import in_sequence
from regulars.analytics.compute.orders.documents import documents
from regulars.analytics.compute.orders.numbering import settle_entangled
from regulars.analytics.compute.orders.returns import take_off_returns
from regulars.analytics.compute.orders.screening import set_as_of

# Something that happened from the earlier day on changed an order made before it.
_CHANGED = """
SELECT EXISTS (FROM entangled_lines WHERE kind = 'credit' AND ordered_at >= $earlier)
    OR EXISTS (SELECT order_id FROM entangled_lines WHERE order_id IS NOT NULL GROUP BY order_id
               HAVING min(ordered_at) < $earlier AND max(ordered_at) >= $earlier)
"""
# Customers who were known then and have no order that counts now are numbered behind the others.
_NUMBERED = """
CREATE OR REPLACE TEMP VIEW numbered_earlier AS
SELECT order_no, customer, ordered_at, day, amount, channel
FROM orders ANTI JOIN entangled_lines ON orders.order_no = entangled_lines.row
WHERE day < getvariable('as_of')
UNION ALL
SELECT e.order_no,
       coalesce(c.customer, (SELECT max(customer) FROM customer_keys) + dense_rank() OVER by_id)::INTEGER,
       e.ordered_at, e.ordered_at::DATE, e.amount, e.channel::channel_name
FROM entangled_orders e LEFT JOIN customer_keys c USING (customer_id)
WHERE e.amount > 0
WINDOW by_id AS (ORDER BY e.customer_id)
"""


def orders_before(engine: Engine, *, as_of: date, earlier: date, parts: int) -> ir.Table:
    """`orders` as at `earlier`: what happened from that day on (returns too) does not count.

    To be called after all tables of `as_of` are made: the working tables become those of `earlier`.
    """
    con = engine.con
    if not _changed(con, earlier):
        orders = tables.orders()
        return orders.filter(orders.day < earlier)
    set_as_of(con, earlier)
    try:
        documents(con, parts=parts)
        take_off_returns(con)
        settle_entangled(con)
        con.execute(_NUMBERED)
        return engine.keep("orders_earlier", in_sequence(tables.numbered("numbered_earlier")))
    finally:
        set_as_of(con, as_of)


def _changed(con: duckdb.DuckDBPyConnection, earlier: date) -> bool:
    (changed,) = con.execute(_CHANGED, {"earlier": earlier}).fetchall()[0]
    return bool(changed)
