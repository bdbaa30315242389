"""Lines that have to do with other lines, set apart from those that are an order by themselves.

Most lines of most files are one order each. Only the rest (several lines of one order id, credits, and
what a credit may be taken off) goes through the rules; so a large file costs little more than reading it.
"""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.analytics.compute.orders.screening import Screening

Hashes = NDArray[np.uint64]

_CREDITED = """
CREATE OR REPLACE TEMP TABLE credited AS
SELECT DISTINCT customer_id, coalesce(product, '') AS product FROM valid WHERE kind = 'credit'
"""
# Without a column of order ids a row is an order of its own, known by its number.
_ENTANGLED = """
CREATE OR REPLACE TEMP TABLE entangled_lines AS
SELECT row, part, customer_id, ordered_at, coalesce(product, '') AS product, category, amount, kind, channel,
       CASE WHEN kind = 'credit' THEN order_id::VARCHAR
            ELSE coalesce(order_id::VARCHAR, row::VARCHAR) END AS order_id
FROM valid
WHERE kind = 'credit'
   OR hash(order_id) IN (SELECT hash FROM repeated)
   OR (customer_id, coalesce(product, '')) IN (SELECT (customer_id, product) FROM credited)
"""
_NONE_ENTANGLED = """
CREATE OR REPLACE TEMP TABLE entangled_lines AS
SELECT row, part, customer_id, ordered_at, product, category, amount, kind, channel, order_id
FROM valid WHERE false
"""
# One line, one order, nothing to take off. Each test that is not needed saves a look at every line.
_PLAIN = """
CREATE OR REPLACE TEMP VIEW plain AS
SELECT row AS order_no, customer_id, ordered_at, coalesce(product, '') AS product, category, amount, channel
FROM valid ANTI JOIN entangled_lines USING (row)
WHERE kind = 'sale' AND amount > 0
"""
_ALL_PLAIN = """
CREATE OR REPLACE TEMP VIEW plain AS
SELECT row AS order_no, customer_id, ordered_at, coalesce(product, '') AS product, category, amount, channel
FROM valid
"""


def disentangle(con: duckdb.DuckDBPyConnection, screening: Screening, *, has_order_ids: bool) -> int:
    """Make the table `entangled_lines` and the view `plain` of all other lines that are orders.

    Gives the number of entangled lines.
    """
    repeated = _repeated_ids(con) if has_order_ids else np.array([], dtype=np.uint64)
    if screening.credits or len(repeated):
        hashes = pa.table({"hash": repeated})
        con.register("repeated_ids", hashes)
        con.execute("CREATE OR REPLACE TEMP TABLE repeated AS SELECT hash FROM repeated_ids")
        con.unregister("repeated_ids")
        con.execute(_CREDITED)
        con.execute(_ENTANGLED)
    else:
        con.execute(_NONE_ENTANGLED)
    (lines,) = con.execute("SELECT count(*) FROM entangled_lines").fetchall()[0]
    con.execute(_PLAIN if lines or screening.empty else _ALL_PLAIN)
    return int(lines)


def _repeated_ids(con: duckdb.DuckDBPyConnection) -> Hashes:
    """Hashes of the order ids that occur more than once.

    Sorting hashes takes a fifth of grouping by ids. Two ids with one hash do no harm: their lines go
    through the rules, which tell them apart.
    """
    found = con.sql("SELECT hash(order_id) AS hash FROM valid WHERE order_id IS NOT NULL").fetchnumpy()[
        "hash"
    ]
    return _repeated(np.ascontiguousarray(found, dtype=np.uint64))


def _repeated(hashes: Hashes) -> Hashes:
    """The values that occur more than once. Halves sort four times as fast, and few of them are equal."""
    halves = hashes.view(np.uint32)[1::2].copy()
    ordered = np.sort(halves)
    repeated = ordered[1:][ordered[1:] == ordered[:-1]]
    if not len(repeated):
        return hashes[:0]
    # Where a repeated half might be: a table of the first 24 bits tells quickly.
    suspected = np.zeros(1 << 24, dtype=np.bool_)
    suspected[repeated >> 8] = True
    candidates = np.sort(hashes[suspected[halves >> 8]])
    return np.unique(candidates[1:][candidates[1:] == candidates[:-1]])
