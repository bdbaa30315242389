"""What credits (returns, cancellations) take off the lines of orders.

All is set-wise: a file may hold a million credits.
"""

from __future__ import annotations

import duckdb

from regulars.analytics.types import CountAmount

# Credits that name an order, together: first off the lines of the same product, newest row first; what
# that leaves off the order's other lines, newest first; what is beyond is more than the order was worth.
_NAMED = """
WITH asked AS (
    SELECT order_no, product, sum(amount) AS amount
    FROM credits WHERE order_no IS NOT NULL AND NOT stray
    GROUP BY order_no, product
), same AS (
    SELECT l.row, l.order_no, l.amount,
           greatest(0, least(l.amount,
                             coalesce(a.amount, 0) - coalesce(sum(l.amount) OVER newer, 0))) AS taken
    FROM own_lines l
    SEMI JOIN asked o ON o.order_no = l.order_no
    LEFT JOIN asked a ON a.order_no = l.order_no AND a.product = l.product
    WHERE NOT l.stray
    WINDOW newer AS (PARTITION BY l.order_no, l.product ORDER BY l.row DESC
                     ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), rest AS (
    SELECT order_no, total - coalesce(taken, 0) AS amount
    FROM (SELECT order_no, sum(amount) AS total FROM asked GROUP BY order_no)
    LEFT JOIN (SELECT order_no, sum(taken) AS taken FROM same GROUP BY order_no) USING (order_no)
)
UPDATE own_lines SET amount = reduced.amount
FROM (
    SELECT s.row, s.amount - s.taken
           - greatest(0, least(s.amount - s.taken,
                               r.amount - coalesce(sum(s.amount - s.taken) OVER newer, 0))) AS amount
    FROM same s JOIN rest r USING (order_no)
    WINDOW newer AS (PARTITION BY s.order_no ORDER BY s.row DESC
                     ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
) reduced
WHERE reduced.row = own_lines.row
"""
# Credits that name no order are taken off the customer's lines of the same product, newest first, no
# line below zero. In order of time that is a stack of money: a line puts its amount on top, a credit
# takes from the top. With S the running sum of lines less credits, the stack is S - min(0, least S so
# far) high. Of a line remains what the stack never falls below afterwards, as far as it is the line's
# own layer; a credit is left over as far as it pushes that least S further down.
_STACK = """
CREATE OR REPLACE TEMP TABLE stack AS
WITH moves AS (
    SELECT customer_id, product, ordered_at, 0 AS side, row, amount AS change
    FROM own_lines
    SEMI JOIN (SELECT customer_id, product FROM credits WHERE order_no IS NULL) USING (customer_id, product)
    WHERE NOT stray AND amount > 0
    UNION ALL
    SELECT customer_id, product, ordered_at, 1, row, -amount
    FROM credits WHERE order_no IS NULL
), summed AS (
    SELECT *, sum(change) OVER passed AS s
    FROM moves
    WINDOW passed AS (PARTITION BY customer_id, product ORDER BY ordered_at, side, row)
), floored AS (
    SELECT *, least(0, min(s) OVER passed) AS floor
    FROM summed
    WINDOW passed AS (PARTITION BY customer_id, product ORDER BY ordered_at, side, row)
), stacked AS (
    SELECT *, s - floor AS height,
           coalesce(lag(s - floor) OVER passed, 0) AS height_before,
           coalesce(lag(floor) OVER passed, 0) AS floor_before
    FROM floored
    WINDOW passed AS (PARTITION BY customer_id, product ORDER BY ordered_at, side, row)
)
SELECT row, side, change, floor_before - floor AS unmatched,
       greatest(0, least(change, min(height) OVER later - height_before)) AS remaining
FROM stacked
WINDOW later AS (PARTITION BY customer_id, product ORDER BY ordered_at, side, row
                 ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)
"""
_UNNAMED = """
UPDATE own_lines SET amount = stack.remaining
FROM stack WHERE stack.side = 0 AND stack.row = own_lines.row AND stack.remaining < stack.change
"""
_UNMATCHED = """
SELECT count(*), coalesce(sum(unmatched), 0) FROM stack WHERE side = 1 AND unmatched > 0
"""


def take_off_returns(con: duckdb.DuckDBPyConnection) -> CountAmount:
    """Lower the amounts in `own_lines` by `credits`; gives the credits that found nothing to lower."""
    con.execute(_NAMED)
    con.execute(_STACK)
    con.execute(_UNNAMED)
    count, amount = con.execute(_UNMATCHED).fetchall()[0]
    return CountAmount(count=count, amount=amount)
