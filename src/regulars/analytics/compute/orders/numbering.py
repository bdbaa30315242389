"""The tables that all figures read: `customers`, `orders` and `order_lines`."""

from __future__ import annotations

import duckdb

from regulars.analytics.compute.engine import Engine
from regulars.analytics.compute.figures import tables
from regulars.analytics.compute.figures.sequence import in_sequence

# The orders that credits, several lines or copies had a part in; those of amount 0 do not count.
_ENTANGLED_ORDERS = """
CREATE OR REPLACE TEMP TABLE entangled_orders AS
SELECT h.order_no, h.customer_id, h.ordered_at, l.amount, h.channel
FROM heads h
JOIN (SELECT order_no, sum(amount)::DECIMAL(18, 6) AS amount
      FROM own_lines WHERE NOT stray GROUP BY order_no) l USING (order_no)
"""
_COUNTED = """
CREATE OR REPLACE TEMP VIEW counted AS
SELECT order_no, customer_id, ordered_at, amount, channel FROM entangled_orders WHERE amount > 0
UNION ALL
SELECT order_no, customer_id, ordered_at, amount, channel FROM plain
"""
_COUNTED_PLAIN = """
CREATE OR REPLACE TEMP VIEW counted AS
SELECT order_no, customer_id, ordered_at, amount, channel FROM plain
"""
# The collation is binary, which for UTF-8 is the order of code points. Ids that were read as numbers are
# compared as numbers, and are text to all who read `customers`.
_CUSTOMER_KEYS = """
CREATE OR REPLACE TABLE customer_keys AS
SELECT row_number() OVER (ORDER BY customer_id::VARCHAR)::INTEGER AS customer, customer_id
FROM (SELECT DISTINCT customer_id FROM counted)
"""
_CUSTOMERS = """
CREATE OR REPLACE VIEW customers AS SELECT customer, customer_id::VARCHAR AS customer_id FROM customer_keys
"""
# Channels are few: as an enumeration, which is text to all who read it, they take a tenth of the memory.
_CHANNEL_NAMES = """
CREATE OR REPLACE TYPE channel_name AS ENUM (
    SELECT '' UNION SELECT channel FROM valid WHERE channel IS NOT NULL)
"""
_NUMBERED = """
CREATE OR REPLACE TEMP VIEW numbered AS
SELECT c.order_no, k.customer, c.ordered_at, c.ordered_at::DATE AS day, c.amount,
       c.channel::channel_name AS channel
FROM counted c JOIN customer_keys k USING (customer_id)
"""
_ORDER_LINES = """
CREATE OR REPLACE TABLE order_lines AS
SELECT l.order_no, c.customer, l.day, nullif(l.product, '') AS product, l.category, l.amount
FROM (
    SELECT l.order_no, o.customer_id, o.ordered_at::DATE AS day, l.product, l.category, l.amount
    FROM own_lines l JOIN entangled_orders o USING (order_no)
    WHERE NOT l.stray AND l.amount > 0
    UNION ALL
    SELECT order_no, customer_id, ordered_at::DATE, product, category, amount FROM plain
) l JOIN customer_keys c USING (customer_id)
"""
# Orders made at one moment, of which one is the customer's first: the one whose id comes first.
_TIED = """
CREATE OR REPLACE TEMP TABLE tied AS
SELECT o.order_no, o.customer, o.day, o.previous_day IS NULL AS is_first
FROM orders o
SEMI JOIN (
    SELECT a.customer, a.ordered_at
    FROM orders a JOIN orders b USING (customer, ordered_at)
    WHERE a.previous_day IS NULL AND b.previous_day = b.day
) t USING (customer, ordered_at)
"""
_UNTIE = """
UPDATE orders SET previous_day = CASE WHEN place = 1 THEN NULL ELSE orders.day END
FROM (
    SELECT t.order_no, t.is_first,
           row_number() OVER (PARTITION BY t.customer ORDER BY {key}, t.order_no) AS place
    FROM tied t JOIN valid v ON v.row = t.order_no
) ranked
WHERE ranked.order_no = orders.order_no AND ranked.is_first <> (place = 1)
"""


def settle_entangled(con: duckdb.DuckDBPyConnection) -> int:
    """Make the table `entangled_orders` of what is left of them; gives how many are void."""
    con.execute(_ENTANGLED_ORDERS)
    (void,) = con.execute("SELECT count(*) FROM entangled_orders WHERE amount <= 0").fetchall()[0]
    return int(void)


def number_customers(con: duckdb.DuckDBPyConnection, *, entangled: bool) -> int:
    """Make the view `counted` of all orders that count and the table `customers`; gives its size."""
    con.execute(_COUNTED if entangled else _COUNTED_PLAIN)
    con.execute(_CUSTOMER_KEYS)
    con.execute(_CUSTOMERS)
    (customers,) = con.execute("SELECT count(*) FROM customers").fetchall()[0]
    return int(customers)


def make_orders(engine: Engine, *, has_order_ids: bool, ids_in_sequence: bool) -> None:
    """Make the table `orders`, each with the day of the customer's order before it."""
    engine.con.execute(_CHANNEL_NAMES)
    engine.con.execute(_NUMBERED)
    engine.keep("orders", in_sequence(tables.numbered()))
    if has_order_ids:
        engine.con.execute(_TIED)
        key = "v.order_id" if ids_in_sequence else "v.order_id::VARCHAR"
        engine.con.execute(_UNTIE.format(key=key))


def make_order_lines(con: duckdb.DuckDBPyConnection) -> None:
    """Make the table `order_lines`: what is left of each line after returns."""
    con.execute(_ORDER_LINES)
