"""The least that can be done with the file: one pass that groups by customer, with our settings."""

from __future__ import annotations

import sys

from bench.processes import measured
from regulars.analytics.compute.engine import connection

# Nothing of the groups is handed to Python, which would cost more; the sums keep all of them needed.
QUERY = """
SELECT count(*), min(first_at), max(last_at), sum(orders), sum(revenue)
FROM (SELECT customer_id, min(ordered_at) AS first_at, max(ordered_at) AS last_at, count(*) AS orders,
             sum(amount) AS revenue
      FROM read_parquet(?) GROUP BY customer_id)
"""


def main(path: str) -> None:
    with connection() as con:
        measured(lambda: [str(value) for value in con.execute(QUERY, [path]).fetchall()[0]])


if __name__ == "__main__":
    main(sys.argv[1])
