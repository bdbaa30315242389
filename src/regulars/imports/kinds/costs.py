"""A file of what winning customers cost, by channel and day."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime

from regulars.commerce import services as commerce
from regulars.commerce.types import ChannelDayCost
from regulars.imports.kinds.tabled import TabledWork, reading_options
from regulars.imports.kinds.work import Opening, Tables
from regulars.imports.ledger import Ledger
from regulars.imports.takeback import cost_name
from regulars.imports.types import Thing
from regulars.kit.money import exponent

# Rows of one channel and day are parts of one cost.
_SUMMED = """
CREATE TABLE summed AS
SELECT channel, day::DATE AS day, min(row) AS first_row, count(*) AS rows,
       (sum(cost)::DECIMAL(28, 6) * $factor::DECIMAL(6, 0))::DECIMAL(34, 0)::HUGEINT AS minor
FROM costs WHERE reason IS NULL
GROUP BY channel, day::DATE
"""
_ASIDE = """
CREATE TABLE aside AS
SELECT row, part, part_row, reason FROM costs WHERE reason IS NOT NULL
UNION ALL
SELECT row, part, part_row, 'bad_amount'
FROM costs AS c JOIN summed AS s ON s.channel = c.channel AND s.day = c.day::DATE AND s.minor < 0
WHERE c.reason IS NULL
"""
_UNITS = """
CREATE TABLE units AS
SELECT row_number() OVER (ORDER BY first_row) - 1 AS unit, * FROM summed WHERE minor >= 0
"""
_BATCH = "SELECT channel, day, minor FROM units WHERE unit >= $first AND unit < $end ORDER BY unit"


def open_costs(stack: ExitStack, opening: Opening) -> CostsWork:
    """Raises InputError."""
    from regulars.analytics.compute.engine import connection
    from regulars.analytics.compute.reading import read_costs
    from regulars.analytics.progress import Silent

    con = stack.enter_context(connection())
    how = reading_options(opening)
    reading = read_costs(con, opening.path, how, Silent())
    con.execute(_SUMMED, {"factor": 10 ** exponent(opening.currency)})
    con.execute(_ASIDE)
    con.execute(_UNITS)
    return CostsWork(con, opening, parts=[part.name for part in reading.parts], rows=reading.rows_read)


class CostsWork(TabledWork):
    """Costs are in the shop's currency: files of them name none."""

    def __init__(self, con: Tables, opening: Opening, *, parts: list[str], rows: int) -> None:
        super().__init__(con, opening, kind="costs", order=1, parts=parts, rows=rows)
        self._currency = opening.currency

    def apply(self, number: int, ledger: Ledger, now: datetime) -> None:
        found = self._con.execute(_BATCH, self._span(number, ledger)).fetchall()
        costs = [
            ChannelDayCost(channel=channel, day=day, cost_minor=minor, currency=self._currency)
            for channel, day, minor in found
        ]
        ledger.note(Thing.COST, commerce.record_costs(costs=costs), name=cost_name)
