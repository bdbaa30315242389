"""What is known of every person, ready to be written back: also of those who never ordered.

Who is only a device is nobody until an order comes: there are many more of them than of customers.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import ibis.expr.types as ir
import pyarrow as pa
from pyarrow import csv

from regulars.analytics.compute.engine import Engine
from regulars.analytics.compute.figures.each_customer import each_customer
from regulars.analytics.rules.segments import SCORES, segment
from regulars.analytics.services import FIGURES_COLUMNS, FIGURES_MAX
from regulars.kit import money

_SEGMENTS = "CREATE OR REPLACE TEMP TABLE segment_names (r TINYINT, f TINYINT, segment VARCHAR)"
# Amounts are whole minor units of the currency; an average is rounded, halves up.
_PERSONS = """
CREATE OR REPLACE TABLE persons AS
WITH ordered AS (
    SELECT c.customer_id::BIGINT AS person_id, e.*,
           (e.revenue::DECIMAL(28, 6) * {minor_in_major}::DECIMAL(6, 0))::BIGINT AS revenue_minor
    FROM each_customer e JOIN customers c USING (customer)
), everybody AS (
    SELECT person_id, min(profile_id) AS profile_id FROM read_profiles GROUP BY person_id
    HAVING bool_or(known) OR person_id IN (SELECT person_id FROM ordered)
)
SELECT person_id, profile_id,
       coalesce(orders, 0) AS orders,
       coalesce(revenue_minor, 0) AS revenue_minor,
       '{currency}' AS currency,
       first_day, last_day, before_last_day,
       coalesce(purchase_days, 0) AS purchase_days,
       (2 * revenue_minor + orders) // (2 * orders) AS average_order_minor,
       usual_gap_days, r, f, m, segment, stage, first_channel AS channel
FROM everybody LEFT JOIN ordered USING (person_id) LEFT JOIN segment_names USING (r, f)
ORDER BY person_id
"""
_NOBODY_ORDERED = """
CREATE OR REPLACE TABLE persons AS
SELECT person_id, min(profile_id) AS profile_id, 0 AS orders, 0 AS revenue_minor, '{currency}' AS currency,
       NULL AS first_day, NULL AS last_day, NULL AS before_last_day, 0 AS purchase_days,
       NULL AS average_order_minor, NULL AS usual_gap_days, NULL AS r, NULL AS f, NULL AS m,
       NULL AS segment, NULL AS stage, NULL AS channel
FROM read_profiles
GROUP BY person_id
HAVING bool_or(known)
ORDER BY person_id
"""


@dataclass(frozen=True)
class Batch:
    """Lines of CSV in the columns `services.FIGURES_COLUMNS`, of persons up to `last_id` in order of ids."""

    rows: bytes
    last_id: int


def make_persons(engine: Engine, orders: ir.Table, customers: ir.Table, currency: str) -> None:
    """Make the table `persons` from `read_profiles`, orders in sequence and scored, staged customers."""
    con = engine.con
    engine.keep("each_customer", each_customer(orders, customers))
    con.execute(_SEGMENTS)
    con.executemany(
        "INSERT INTO segment_names VALUES (?, ?, ?)",
        [[r, f, segment(r, f)] for r in range(1, SCORES + 1) for f in range(1, SCORES + 1)],
    )
    con.execute(_PERSONS.format(currency=currency, minor_in_major=10 ** money.exponent(currency)))


def make_persons_without_orders(con: duckdb.DuckDBPyConnection, currency: str) -> None:
    """The same where nobody has an order that counts."""
    con.execute(_NOBODY_ORDERED.format(currency=currency))


def batches(con: duckdb.DuckDBPyConnection) -> Iterator[Batch]:
    """The table `persons` in portions that fit a short transaction each."""
    columns = ", ".join(FIGURES_COLUMNS)
    persons = con.sql(f"SELECT {columns} FROM persons ORDER BY person_id")  # noqa: S608 (our own names)
    for batch in persons.to_arrow_reader(FIGURES_MAX):
        yield Batch(_as_csv(batch), batch.column("person_id")[-1].as_py())


def _as_csv(batch: pa.RecordBatch) -> bytes:
    target = io.BytesIO()
    csv.write_csv(batch, target, csv.WriteOptions(include_header=False))
    return target.getvalue()
