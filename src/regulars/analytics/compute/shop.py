"""The shop's own orders as the tables that a file is read into, from the lake or from PostgreSQL.

Both come by way of the same three relations, so that a customer's figures are the same from either:
`read_lines` (of the lake table order_lines), `read_profiles` (whose each profile is) and `read_costs`.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from regulars.analytics.compute import lake
from regulars.analytics.compute.reading.types import CostsReading, Reading
from regulars.analytics.registry import OwnStages
from regulars.analytics.rules.rhythm import STAGES
from regulars.analytics.types import SourcePart, Stage
from regulars.kit import money

SOURCE_NAME = "shop"
LINES, PROFILES, COSTS = "order_lines", "profiles", "channel_costs"
"""The lake tables that figures are made from; commerce and customers register them."""

# In the order of time, then as the shop's numbers were given: so rows, and with them ties, come out as in
# the file the orders came from; credits that name no order tie by their amount, so that they come out the
# same each time. Persons and orders are numbers, which are quicker than text.
_MAKE_LINES = """
CREATE TABLE lines AS
SELECT row_number() OVER (ORDER BY ordered_at, order_id, kind DESC, line, amount_minor) AS row,
       0::SMALLINT AS part,
       row AS part_row,
       person_id AS customer_id,
       order_id,
       ordered_at,
       product,
       category,
       TRY_CAST(quantity AS DECIMAL(18, 6)) AS quantity,
       TRY_CAST(amount_minor::DECIMAL(19, 0) * unit AS DECIMAL(18, 6)) AS amount,
       currency,
       kind,
       channel,
       branch
FROM (SELECT *, timezone(?, happened_at) AS ordered_at FROM read_lines)
LEFT JOIN read_profiles USING (profile_id)
JOIN units USING (currency)
"""
_MAKE_OWN_STAGES = "CREATE OR REPLACE TABLE own_stages (customer_id VARCHAR, stage VARCHAR)"
_MAKE_COSTS = """
CREATE TABLE costs AS
SELECT channel, day, (cost_minor::DECIMAL(19, 0) * unit)::DECIMAL(18, 6) AS cost
FROM read_costs JOIN units USING (currency)
WHERE currency = ?
"""
_EMPTY = {
    "read_lines": (
        "kind VARCHAR, order_id BIGINT, profile_id BIGINT, happened_at TIMESTAMPTZ, line INTEGER,"
        " product VARCHAR, category VARCHAR, quantity VARCHAR, amount_minor BIGINT, currency VARCHAR,"
        " channel VARCHAR, branch VARCHAR"
    ),
    "read_profiles": "profile_id BIGINT, person_id BIGINT, known BOOLEAN",
    "read_costs": "channel VARCHAR, day DATE, cost_minor BIGINT, currency VARCHAR",
}


def read_lake(con: duckdb.DuckDBPyConnection) -> None:
    """Let the three relations be the files of the lake that are in force now."""
    for relation, table in (("read_lines", LINES), ("read_profiles", PROFILES), ("read_costs", COSTS)):
        if files := lake.files_of(table):
            listed = ", ".join("'" + path.replace("'", "''") + "'" for path in files)
            con.execute(f"CREATE VIEW {relation} AS FROM read_parquet([{listed}], union_by_name = true)")
        else:
            read_nothing(con, relation)


def read_nothing(con: duckdb.DuckDBPyConnection, relation: str) -> None:
    """Let one of the relations be empty."""
    con.execute(f"CREATE TABLE {relation} ({_EMPTY[relation]})")


def make_tables(
    con: duckdb.DuckDBPyConnection, *, timezone: str, currency: str | None
) -> tuple[Reading, CostsReading | None]:
    """From the three relations, the tables `lines` and `costs` as reading a file makes them.

    Amounts count in `currency`, or where that is None or nothing is in it, in the one of most lines.
    """
    _make_units(con)
    con.execute(_MAKE_LINES, [timezone])
    rows, products, channels, most, fits = con.execute(
        "SELECT count(*), count(product), count(channel), mode(currency), count(*) FILTER (currency = ?)"
        " FROM lines",
        [currency],
    ).fetchall()[0]
    reading = Reading(
        parts=[SourcePart(name=SOURCE_NAME, rows=rows)],
        rows_read=rows,
        mapping={},
        currency=currency if fits else most or currency,
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


def keep_own_stages(con: duckdb.DuckDBPyConnection, own: OwnStages) -> list[Stage]:
    """Make the table `own_stages` of whom the shop's own rules fit; gives the stages that have one."""
    con.execute(_MAKE_OWN_STAGES)
    for stage, persons in own.items():
        arriving = pa.table({"person": pa.array(persons, type=pa.int64())})
        con.register("arriving", arriving)
        con.execute("INSERT INTO own_stages SELECT person::VARCHAR, ? FROM arriving", [stage])
        con.unregister("arriving")
    return [stage for stage in STAGES if stage in own]
