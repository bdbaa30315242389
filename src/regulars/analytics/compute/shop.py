"""The audit of the shop's own orders: PostgreSQL into the same tables a file is read into."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import duckdb
from adbc_driver_postgresql import dbapi
from django.db import connection as shop
from django.utils.translation import gettext as _
from psycopg import pq, sql
from psycopg.conninfo import make_conninfo

from regulars.analytics.compute.audit import AuditOptions, audit_lines
from regulars.analytics.compute.engine import connection
from regulars.analytics.compute.reading.types import CostsReading, Reading
from regulars.analytics.progress import Progress
from regulars.analytics.types import Audit, SourcePart
from regulars.kit import money

READ_SECONDS_MAX = 600
"""Reading a large shop takes longer than a page's statement may; it holds back no reader of the log."""
SOURCE_NAME = "shop"

# In the order of time, so that rows and with them ties come out the same each time.
_LINES = """
SELECT kind, order_id, customer_id, happened_at AT TIME ZONE {timezone} AS happened_at, line, product,
       category, quantity::text AS quantity, amount_minor, currency, channel, branch
FROM facts_order_lines
"""
_COSTS = "SELECT channel, day, cost_minor, currency FROM facts_channel_costs"
_KEEP_LINES = "CREATE TABLE read_lines AS FROM arriving"
_KEEP_COSTS = "CREATE TABLE read_costs AS FROM arriving"
_MAKE_LINES = """
CREATE TABLE lines AS
SELECT row_number() OVER (ORDER BY happened_at, order_id, kind DESC, line) AS row,
       0::SMALLINT AS part,
       row AS part_row,
       customer_id::VARCHAR AS customer_id,
       order_id::VARCHAR AS order_id,
       happened_at AS ordered_at,
       product,
       category,
       TRY_CAST(quantity AS DECIMAL(18, 6)) AS quantity,
       TRY_CAST(amount_minor::DECIMAL(19, 0) * unit AS DECIMAL(18, 6)) AS amount,
       currency,
       kind,
       channel,
       branch
FROM read_lines JOIN units USING (currency)
"""
_MAKE_COSTS = """
CREATE TABLE costs AS
SELECT channel, day, (cost_minor::DECIMAL(19, 0) * unit)::DECIMAL(18, 6) AS cost
FROM read_costs JOIN units USING (currency)
WHERE currency = ?
"""


def audit_shop(*, options: AuditOptions, progress: Progress) -> Audit:
    """The audit of all orders in PostgreSQL, as they stand at one moment; `options.mapping` is not used.

    Customers are named by the id of the person. Amounts are in `options.currency`, or in the currency
    most lines are in. Raises InputError "no_orders" if no order counts.
    """
    with connection() as con:
        progress.step(_("Reading the shop's orders"))
        _read(con, options.timezone)
        reading, costs = _make_tables(con, options.currency)
        return audit_lines(con, reading, costs=costs, options=options, progress=progress)


def _read(con: duckdb.DuckDBPyConnection, timezone: str) -> None:
    """Both reads see the same moment, whatever is written meanwhile."""
    lines = sql.SQL(_LINES).format(timezone=sql.Literal(timezone)).as_string()
    with _snapshot() as cursor:
        for query, keep in ((lines, _KEEP_LINES), (_COSTS, _KEEP_COSTS)):
            cursor.execute(query)
            con.register("arriving", cursor.fetch_record_batch())
            con.execute(keep)
            con.unregister("arriving")


@contextlib.contextmanager
def _snapshot() -> Iterator[Any]:
    with dbapi.connect(_address()) as postgres, postgres.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute(f"SET LOCAL statement_timeout = '{READ_SECONDS_MAX}s'")
        yield cursor


def _address() -> str:
    """Where Django's connection goes, in libpq's words."""
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    values = shop.get_connection_params()
    return make_conninfo("", **{key: value for key, value in values.items() if key in known})


def _make_tables(con: duckdb.DuckDBPyConnection, currency: str | None) -> tuple[Reading, CostsReading | None]:
    _make_units(con)
    con.execute(_MAKE_LINES)
    rows, products, channels, most = con.execute(
        "SELECT count(*), count(product), count(channel), mode(currency) FROM lines"
    ).fetchall()[0]
    reading = Reading(
        parts=[SourcePart(name=SOURCE_NAME, rows=rows)],
        rows_read=rows,
        mapping={},
        currency=currency or most,
        has_order_ids=True,
        has_products=products > 0,
        has_channels=channels > 0,
        notes=[],
    )
    con.execute(_MAKE_COSTS, [reading.currency])
    ((cost_rows,),) = con.execute("SELECT count(*) FROM costs").fetchall()
    costs = CostsReading(parts=[], rows_read=cost_rows, mapping={}, notes=[]) if cost_rows else None
    return reading, costs


def _make_units(con: duckdb.DuckDBPyConnection) -> None:
    """What one minor unit of each currency is worth in major ones."""
    con.execute("CREATE TABLE units (currency VARCHAR, unit DECIMAL(5, 4))")
    currencies = con.execute(
        "SELECT currency FROM read_lines UNION SELECT currency FROM read_costs"
    ).fetchall()
    for (code,) in currencies:
        con.execute("INSERT INTO units VALUES (?, ?)", [code, money.to_decimal(1, code)])
