"""Lines with the same order id: which of several copies counts, whose order it is, what does not belong."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

# An order id in several files or sheets. Of its own lines (`own_part`) the first part that has such
# counts; of its credits that same part, or else the first part that has nothing but credits of it.
_COPIES = """
CREATE OR REPLACE TEMP TABLE copies AS
SELECT order_id, part, count(*) AS lines, sum(amount) AS amount, count(*) FILTER (kind <> 'credit') AS own,
       min(customer_id) AS first_customer, max(customer_id) AS last_customer,
       count(*) > own AS has_credits
FROM entangled_lines
WHERE $parts > 1 AND order_id IS NOT NULL AND ordered_at < getvariable('as_of')
GROUP BY order_id, part
QUALIFY count(*) OVER (PARTITION BY order_id) > 1
"""
_DROPPED = """
CREATE OR REPLACE TEMP TABLE dropped AS
WITH own AS (
    SELECT order_id, min(part) FILTER (own > 0) AS own_part FROM copies GROUP BY order_id
), chosen AS (
    SELECT order_id, own_part,
           CASE WHEN bool_or(part = own_part AND has_credits) THEN own_part
                ELSE min(part) FILTER (own = 0) END AS credit_part
    FROM copies JOIN own USING (order_id)
    GROUP BY order_id, own_part
)
SELECT c.order_id, c.part,
       (c.lines, c.amount, c.first_customer, c.last_customer)
           IS DISTINCT FROM (k.lines, k.amount, k.first_customer, k.last_customer) AS differs
FROM copies c
JOIN chosen USING (order_id)
JOIN copies k ON k.order_id = c.order_id
             AND k.part = CASE WHEN c.own > 0 THEN chosen.own_part ELSE chosen.credit_part END
WHERE c.part IS DISTINCT FROM chosen.own_part AND c.part IS DISTINCT FROM chosen.credit_part
"""
_KEPT = """
CREATE OR REPLACE TEMP VIEW kept AS
SELECT * FROM entangled_lines ANTI JOIN dropped USING (order_id, part)
WHERE ordered_at < getvariable('as_of')
"""
# The first line of each order says whose it is, when, and through which channel; its row numbers it.
_HEADS = """
CREATE OR REPLACE TEMP TABLE heads AS
SELECT order_id, row AS order_no, customer_id, ordered_at, channel
FROM kept
WHERE row IN (SELECT arg_min(row, (ordered_at, row)) FROM kept WHERE kind <> 'credit' GROUP BY order_id)
"""
_OWN_LINES = """
CREATE OR REPLACE TEMP TABLE own_lines AS
SELECT l.row, h.order_no, h.ordered_at, h.customer_id, l.product, l.category,
       CASE WHEN l.kind = 'void' THEN 0 ELSE l.amount END::DECIMAL(18, 6) AS amount,
       l.customer_id <> h.customer_id AS stray
FROM kept l
JOIN heads h USING (order_id)
WHERE l.kind <> 'credit'
"""
# `order_no`: the order a credit names, NULL if it names none.
_CREDITS = """
CREATE OR REPLACE TEMP TABLE credits AS
SELECT l.row, l.customer_id, l.ordered_at, l.product, abs(l.amount) AS amount, h.order_no,
       coalesce(l.customer_id <> h.customer_id, false) AS stray
FROM kept l
LEFT JOIN heads h USING (order_id)
WHERE l.kind = 'credit'
"""
_STRAYS = """
SELECT part, part_row
FROM lines
WHERE row IN (SELECT row FROM own_lines WHERE stray UNION ALL SELECT row FROM credits WHERE stray)
ORDER BY row
"""


@dataclass(frozen=True)
class Documents:
    """Counts of what was set aside: further copies of order ids, and copies that differ from the first."""

    duplicates: int
    duplicates_differing: int


def documents(con: duckdb.DuckDBPyConnection, *, parts: int) -> Documents:
    """From `entangled_lines` before the day set, make `own_lines` of orders and `credits`.

    `parts`: how many files and sheets were read; with one there are no copies.
    Lines naming another customer than the order's first are marked `stray`.
    """
    con.execute(_COPIES, {"parts": parts})
    for statement in (_DROPPED, _KEPT, _HEADS, _OWN_LINES, _CREDITS):
        con.execute(statement)
    counts = con.execute("SELECT count(*), count(*) FILTER (differs) FROM dropped").fetchall()[0]
    return Documents(duplicates=counts[0], duplicates_differing=counts[1])


def strays(con: duckdb.DuckDBPyConnection) -> list[tuple[int, int]]:
    """Where the lines are that name another customer than their order: (part, row a person sees)."""
    return con.execute(_STRAYS).fetchall()
