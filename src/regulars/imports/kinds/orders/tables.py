"""From the rows of a file to whole orders and credits, set-wise, in the engine the file was read into.

The meaning is that of the audit of the same file (docs/metrics.md, "What counts as an order"). The
difference: an order without a customer is stored as sold to somebody unknown, and one in another currency
in that currency; figures leave both out.
"""

from __future__ import annotations

from regulars.imports.kinds.work import Tables
from regulars.kit.money import exponent

LINES_MAX = 5_000
"""Lines of one order; what has more is a column taken for the order's number by mistake."""

# An amount in whole minor units, halves away from zero; NULL where the currency is none.
_UNITS = "CREATE OR REPLACE TABLE currencies (code VARCHAR, factor DECIMAL(6, 0))"
_JUDGED = """
CREATE OR REPLACE TABLE judged AS
SELECT l.row, l.part, l.part_row, l.kind,
       l.customer_id::VARCHAR AS customer_id, l.order_id::VARCHAR AS order_id,
       l.ordered_at, coalesce(l.product_id, l.product) AS good, l.product, l.product_id, l.category,
       abs(l.quantity) AS quantity,
       (l.amount::DECIMAL(24, 6) * c.factor)::DECIMAL(30, 0)::HUGEINT AS minor,
       coalesce(l.currency, $currency) AS currency, l.channel, l.branch,
       l.customer_name, l.email, l.phone,
       CASE WHEN l.ordered_at IS NULL THEN 'bad_date'
            WHEN l.amount IS NULL THEN 'bad_amount'
            WHEN c.factor IS NULL THEN 'bad_currency'
            WHEN $has_order_ids AND l.order_id IS NULL AND l.kind <> 'credit' THEN 'no_order_id'
            WHEN abs(l.amount) >= 1e15 THEN 'bad_amount'
       END AS reason
FROM lines AS l LEFT JOIN currencies AS c ON c.code = coalesce(l.currency, $currency)
"""
# Names for what has none: of the same content in the same order the same ones. Rows that are alike are
# counted, so that they stay several; a file that grew by rows gives its old rows their old names.
_NAMED = """
CREATE OR REPLACE TABLE named AS
SELECT row, '~' || left(content, 24) || '.'
       || row_number() OVER (PARTITION BY content ORDER BY row) AS name
FROM (
    SELECT row, md5(concat_ws(chr(31), kind, coalesce(order_id, ''), coalesce(customer_id, ''),
                              ordered_at::VARCHAR, coalesce(good, ''), minor::VARCHAR, currency,
                              coalesce(quantity::VARCHAR, ''))) AS content
    FROM judged
    WHERE reason IS NULL AND (kind = 'credit' OR NOT $has_order_ids)
)
"""
# Which of an order's lines decide about it: those the figures count, before those they leave out.
_OWN = """
CREATE OR REPLACE TEMP TABLE own AS
SELECT j.row, j.part, j.kind, coalesce(n.name, j.order_id) AS number, j.customer_id, j.ordered_at, j.currency,
       CASE WHEN j.customer_id IS NULL THEN 2 ELSE 0 END + (j.currency <> $currency)::INTEGER AS level
FROM judged AS j LEFT JOIN named AS n ON n.row = j.row
WHERE j.reason IS NULL AND j.kind <> 'credit'
"""
_HEADS = """
CREATE OR REPLACE TEMP TABLE heads AS
WITH places AS (
    SELECT number, arg_min(part, (level, part)) AS own_part FROM own GROUP BY number
), firsts AS (
    SELECT number, own_part, arg_min(row, (level, ordered_at, row)) AS head_row
    FROM own JOIN places USING (number)
    WHERE part = own_part
    GROUP BY number, own_part
)
SELECT f.number, f.own_part, f.head_row, j.customer_id, j.ordered_at, j.currency, j.channel, j.branch
FROM firsts AS f JOIN judged AS j ON j.row = f.head_row
"""
_SOLD = """
CREATE OR REPLACE TEMP TABLE sold AS
SELECT o.row, o.number, o.kind,
       CASE WHEN o.part <> h.own_part THEN 'duplicate_order'
            WHEN o.customer_id IS NULL AND h.customer_id IS NOT NULL THEN 'no_customer'
            WHEN o.customer_id <> h.customer_id THEN 'order_of_another_customer'
            WHEN o.currency <> h.currency THEN 'other_currency'
       END AS reason
FROM own AS o JOIN heads AS h USING (number)
"""
_TOO_LONG = """
UPDATE sold SET reason = 'too_many_lines'
WHERE reason IS NULL
  AND number IN (SELECT number FROM sold WHERE reason IS NULL GROUP BY number HAVING count(*) > ?)
"""
# A number in several parts: its credits count in the part of its own lines, or else in the first that has
# nothing but credits of it.
_GIVEN_BACK = """
CREATE OR REPLACE TEMP TABLE given_back AS
WITH parts AS (
    SELECT order_id, part, bool_or(kind <> 'credit') AS has_own, bool_or(kind = 'credit') AS has_credits
    FROM judged WHERE reason IS NULL AND order_id IS NOT NULL GROUP BY order_id, part
), chosen AS (
    SELECT p.order_id,
           CASE WHEN bool_or(p.part = h.own_part AND p.has_credits) THEN any_value(h.own_part)
                ELSE min(p.part) FILTER (NOT p.has_own) END AS credit_part
    FROM parts AS p LEFT JOIN heads AS h ON h.number = p.order_id
    GROUP BY p.order_id
)
SELECT j.row, n.name AS number,
       -- The credit of a customer does not belong to an order of somebody unknown.
       CASE WHEN j.customer_id IS NOT NULL AND h.number IS NOT NULL AND h.customer_id IS NULL THEN ''
            ELSE coalesce(j.order_id, '') END AS order_number,
       CASE WHEN c.credit_part <> j.part THEN 'duplicate_order'
            WHEN j.customer_id IS NULL AND h.customer_id IS NOT NULL THEN 'no_customer'
            WHEN j.customer_id <> h.customer_id THEN 'order_of_another_customer'
            WHEN j.minor = 0 THEN 'nothing_given_back'
       END AS reason
FROM judged AS j
JOIN named AS n ON n.row = j.row
LEFT JOIN heads AS h ON h.number = j.order_id AND $has_order_ids
LEFT JOIN chosen AS c ON c.order_id = j.order_id
WHERE j.reason IS NULL AND j.kind = 'credit'
"""
_ASIDE = """
CREATE OR REPLACE TABLE aside AS
SELECT j.row, j.part, j.part_row, coalesce(j.reason, s.reason, g.reason) AS reason
FROM judged AS j
LEFT JOIN sold AS s ON s.row = j.row
LEFT JOIN given_back AS g ON g.row = j.row
WHERE coalesce(j.reason, s.reason, g.reason) IS NOT NULL
"""
# The order of work: as in the file, by the first row of each order or credit.
_UNITS_OF_WORK = """
CREATE OR REPLACE TABLE units AS
SELECT row_number() OVER (ORDER BY first_row) - 1 AS unit, *
FROM (
    SELECT min(row) AS first_row, count(*) AS rows, number, false AS is_credit,
           bool_and(kind = 'void') AS is_void
    FROM sold WHERE reason IS NULL GROUP BY number
    UNION ALL
    SELECT row, 1, number, true, false FROM given_back WHERE reason IS NULL
)
"""
_BUYERS = """
CREATE OR REPLACE TABLE buyers AS
SELECT row_number() OVER (ORDER BY first_unit, customer_id) - 1 AS buyer, *
FROM (
    SELECT customer_id, min(unit) AS first_unit, min(ordered_at) AS first_at,
           arg_max(customer_name, row) FILTER (customer_name IS NOT NULL) AS name,
           arg_max(email, row) FILTER (email IS NOT NULL) AS email,
           arg_max(phone, row) FILTER (phone IS NOT NULL) AS phone
    FROM judged JOIN rows_of_units USING (row)
    WHERE customer_id IS NOT NULL GROUP BY customer_id
)
"""
_ROWS_OF_UNITS = """
CREATE OR REPLACE TABLE rows_of_units AS
SELECT u.unit, s.row FROM sold AS s JOIN units AS u ON u.number = s.number AND NOT u.is_credit
WHERE s.reason IS NULL
UNION ALL
SELECT u.unit, g.row FROM given_back AS g JOIN units AS u ON u.number = g.number AND u.is_credit
WHERE g.reason IS NULL
"""
_GOODS = """
CREATE OR REPLACE TABLE goods AS
SELECT row_number() OVER (ORDER BY first_unit, good) - 1 AS number, *
FROM (
    SELECT good, min(unit) AS first_unit,
           coalesce(arg_max(product, row) FILTER (product IS NOT NULL AND product_id IS NOT NULL),
                    CASE WHEN bool_or(product_id IS NULL) THEN good END) AS name,
           arg_max(category, row) FILTER (category IS NOT NULL) AS category
    FROM judged JOIN rows_of_units USING (row)
    WHERE good IS NOT NULL GROUP BY good
)
"""
_BRANCHES = """
CREATE OR REPLACE TABLE places AS
SELECT branch, min(unit) AS first_unit
FROM judged JOIN rows_of_units USING (row) WHERE branch IS NOT NULL GROUP BY branch
"""
_ORDER_HEADS = """
CREATE OR REPLACE TABLE order_heads AS
SELECT u.unit, u.number, u.rows, u.is_void, h.ordered_at, h.currency, b.buyer, h.channel, h.branch
FROM units AS u JOIN heads AS h USING (number) LEFT JOIN buyers AS b USING (customer_id)
WHERE NOT u.is_credit
ORDER BY u.unit
"""
# What was cancelled in an order of which something is left cost nothing.
_ORDER_LINES = """
CREATE OR REPLACE TABLE order_lines AS
SELECT r.unit, r.row, g.number AS good, (j.quantity * 1000000)::HUGEINT AS millionths,
       CASE WHEN j.kind = 'void' AND NOT u.is_void THEN 0 ELSE greatest(j.minor, 0) END AS minor
FROM rows_of_units AS r
JOIN units AS u ON u.unit = r.unit AND NOT u.is_credit
JOIN judged AS j ON j.row = r.row
LEFT JOIN goods AS g ON g.good = j.good
ORDER BY r.unit, r.row
"""
_CREDITS = """
CREATE OR REPLACE TABLE order_credits AS
SELECT u.unit, u.number, b.buyer, x.order_number, g.number AS good, j.ordered_at AS credited_at,
       abs(j.minor) AS minor, (j.quantity * 1000000)::HUGEINT AS millionths, j.currency, j.channel, j.branch
FROM units AS u
JOIN given_back AS x ON x.number = u.number AND x.reason IS NULL
JOIN judged AS j ON j.row = x.row
LEFT JOIN goods AS g ON g.good = j.good
LEFT JOIN buyers AS b USING (customer_id)
WHERE u.is_credit
ORDER BY u.unit
"""
_STATEMENTS = (_ORDER_HEADS, _ORDER_LINES, _CREDITS)


def assemble(con: Tables, *, has_order_ids: bool, currency: str) -> None:
    """Make of `lines` the tables of the work: `units`, `order_heads`, `order_lines`, `order_credits`,
    `buyers`, `goods`, `places`, and `aside` with what does not go in.

    `currency`: of rows that name none.
    """
    make_currencies(con, currency, "lines")
    ids, main = {"has_order_ids": has_order_ids}, {"currency": currency}
    con.execute(_JUDGED, ids | main)
    con.execute(_NAMED, ids)
    con.execute(_OWN, main)
    con.execute(_HEADS)
    con.execute(_SOLD)
    con.execute(_TOO_LONG, [LINES_MAX])
    con.execute(_GIVEN_BACK, ids)
    for statement in (_ASIDE, _UNITS_OF_WORK, _ROWS_OF_UNITS, _BUYERS, _GOODS, _BRANCHES, *_STATEMENTS):
        con.execute(statement)


def make_currencies(con: Tables, usual: str, table: str) -> None:
    """The table `currencies` of those in `table` and the usual one: how many minor units make a major."""
    con.execute(_UNITS)
    found = con.execute(f"SELECT DISTINCT currency FROM {table} WHERE currency IS NOT NULL").fetchall()  # noqa: S608
    for code in sorted({usual, *(code for (code,) in found)}):
        try:
            con.execute("INSERT INTO currencies VALUES (?, ?)", [code, 10 ** exponent(code)])
        except ValueError:
            continue  # not a currency: its rows are set aside
