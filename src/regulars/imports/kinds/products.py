"""A file of products."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime

from regulars.commerce import services as commerce
from regulars.commerce.types import NewProduct
from regulars.imports.kinds.tabled import TabledWork, reading_options
from regulars.imports.kinds.work import Opening
from regulars.imports.ledger import Ledger
from regulars.imports.types import Thing

_ASIDE = "CREATE TABLE aside AS SELECT row, part, part_row, reason FROM goods WHERE reason IS NOT NULL"
_UNITS = """
CREATE TABLE units AS
SELECT row_number() OVER (ORDER BY first_row) - 1 AS unit, *
FROM (
    SELECT coalesce(product_id, name) AS key, min(row) AS first_row, count(*) AS rows,
           arg_max(name, row) FILTER (name IS NOT NULL) AS name,
           arg_max(category, row) FILTER (category IS NOT NULL) AS category
    FROM goods WHERE reason IS NULL
    GROUP BY coalesce(product_id, name)
)
"""
_BATCH = "SELECT key, name, category FROM units WHERE unit >= $first AND unit < $end ORDER BY unit"


def open_products(stack: ExitStack, opening: Opening) -> ProductsWork:
    """Raises InputError."""
    from regulars.analytics.compute.engine import connection
    from regulars.analytics.compute.reading import read_products
    from regulars.analytics.progress import Silent

    con = stack.enter_context(connection())
    how = reading_options(opening)
    reading = read_products(con, [opening.path], how, Silent())
    con.execute(_ASIDE)
    con.execute(_UNITS)
    parts = [part.name for part in reading.parts]
    return ProductsWork(con, opening, kind="products", order=1, parts=parts, rows=reading.rows_read)


class ProductsWork(TabledWork):
    def apply(self, number: int, ledger: Ledger, now: datetime) -> None:
        found = self._con.execute(_BATCH, self._span(number, ledger)).fetchall()
        products = [
            NewProduct(source=self._source, external_id=key, name=name or "", category=category or "")
            for key, name, category in found
        ]
        ledger.note(Thing.PRODUCT, commerce.record_products(products=products))
