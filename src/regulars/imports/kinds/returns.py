"""A file of returns: money given back for an order, or to a customer."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from decimal import Decimal

from regulars.commerce import services as commerce
from regulars.commerce.types import NewCredit
from regulars.customers import services as customers
from regulars.customers.types import NewProfile
from regulars.imports.kinds import shelf
from regulars.imports.kinds.aside import refused_at
from regulars.imports.kinds.orders.tables import make_currencies
from regulars.imports.kinds.tabled import TabledWork, reading_options
from regulars.imports.kinds.work import Opening, Tables
from regulars.imports.ledger import Ledger
from regulars.imports.types import Thing

_JUDGED = """
CREATE TABLE judged AS
SELECT b.* EXCLUDE (currency, reason), coalesce(b.currency, $currency) AS currency,
       coalesce(b.product_id, b.product) AS good,
       (b.amount::DECIMAL(24, 6) * c.factor)::DECIMAL(30, 0)::HUGEINT AS minor,
       CASE WHEN b.reason IS NOT NULL THEN b.reason
            WHEN c.factor IS NULL THEN 'bad_currency'
            WHEN b.amount = 0 THEN 'nothing_given_back' END AS reason
FROM backs AS b LEFT JOIN currencies AS c ON c.code = coalesce(b.currency, $currency)
"""
_ASIDE = "CREATE TABLE aside AS SELECT row, part, part_row, reason FROM judged WHERE reason IS NOT NULL"
# A return of several rows is as many credits. Where it has no number its content names it, as in orders.
_UNITS = """
CREATE TABLE units AS
SELECT row_number() OVER (ORDER BY row) - 1 AS unit, 1 AS rows, part, part_row,
       name || CASE WHEN place = 1 AND has_number THEN '' ELSE '.' || place END AS number,
       order_id, customer_id, good, returned_at, quantity, minor, currency
FROM (
    SELECT *, row_number() OVER (PARTITION BY name ORDER BY row) AS place
    FROM (
        SELECT *, return_id IS NOT NULL AS has_number,
               coalesce(return_id, '~' || left(md5(concat_ws(chr(31), coalesce(order_id, ''),
                   coalesce(customer_id, ''), returned_at::VARCHAR, coalesce(good, ''), minor::VARCHAR,
                   currency, coalesce(quantity::VARCHAR, ''))), 24)) AS name
        FROM judged WHERE reason IS NULL
    )
)
"""
_GOODS = """
CREATE TABLE shelf AS
SELECT row_number() OVER (ORDER BY good) - 1 AS number, *
FROM (
    SELECT good, arg_max(product, row) FILTER (product IS NOT NULL AND product_id IS NOT NULL) AS name
    FROM judged WHERE reason IS NULL AND good IS NOT NULL GROUP BY good
)
"""
_SHELF = """
SELECT number, good, name, NULL,
       NOT EXISTS (FROM units AS u WHERE u.good = s.good AND u.unit < $first) AS is_first
FROM shelf AS s
WHERE good IN (SELECT good FROM units WHERE unit >= $first AND unit < $end)
"""
_CUSTOMERS = """
SELECT customer_id, NOT bool_or(unit < $first) AS is_first
FROM units WHERE customer_id IS NOT NULL AND unit < $end
GROUP BY customer_id HAVING bool_or(unit >= $first)
"""
_BATCH = """
SELECT u.number, order_id, customer_id, g.number, returned_at, quantity, minor, currency
FROM units AS u LEFT JOIN shelf AS g USING (good)
WHERE unit >= $first AND unit < $end ORDER BY unit
"""
_PLACES = "SELECT part, part_row FROM units WHERE number = ?"


def open_returns(stack: ExitStack, opening: Opening) -> ReturnsWork:
    """Raises InputError."""
    from regulars.analytics.compute.engine import connection
    from regulars.analytics.compute.reading import read_returns
    from regulars.analytics.progress import Silent

    con = stack.enter_context(connection())
    how = reading_options(opening)
    reading = read_returns(con, [opening.path], how, Silent())
    currency = reading.currency or opening.currency
    make_currencies(con, currency, "backs")
    con.execute(_JUDGED, {"currency": currency})
    for statement in (_ASIDE, _UNITS, _GOODS):
        con.execute(statement)
    return ReturnsWork(con, opening, parts=[part.name for part in reading.parts], rows=reading.rows_read)


class ReturnsWork(TabledWork):
    def __init__(self, con: Tables, opening: Opening, *, parts: list[str], rows: int) -> None:
        super().__init__(con, opening, kind="returns", order=1, parts=parts, rows=rows)
        self._goods = shelf.Goods(opening.source)

    def forget(self) -> None:
        self._goods.forget()

    def apply(self, number: int, ledger: Ledger, now: datetime) -> None:
        span = self._span(number, ledger)
        profiles = self._profiles(span, ledger, now)
        goods = self._goods.ids(self._con.execute(_SHELF, span).fetchall(), ledger)
        credits_ = [
            NewCredit(
                source=self._source,
                external_id=name,
                profile_id=profiles.get(customer_id),
                credited_at=self._moment(returned_at),
                amount_minor=minor,
                currency=currency,
                order_external_id=order_id or "",
                product_id=goods.get(good),
                quantity=Decimal(quantity) if quantity else None,
            )
            for name, order_id, customer_id, good, returned_at, quantity, minor, currency in (
                self._con.execute(_BATCH, span).fetchall()
            )
        ]
        recorded = commerce.record_credits(credits=credits_, now=now, backfill=True)
        ledger.note(Thing.CREDIT, recorded)
        for (_, name), reason in recorded.refused.items():
            places = self._con.execute(_PLACES, [name]).fetchall()
            ledger.refused += refused_at(places, str(reason))

    def _profiles(self, span: dict[str, int], ledger: Ledger, now: datetime) -> dict[str, int]:
        rows = self._con.execute(_CUSTOMERS, span).fetchall()
        profiles = [NewProfile(source=self._source, external_id=customer_id) for customer_id, _ in rows]
        if not profiles:
            return {}
        stored = customers.upsert_profiles(profiles=profiles, now=now, backfill=True)
        firsts = {(self._source, customer_id) for customer_id, is_first in rows if is_first}
        ledger.note(Thing.PROFILE, stored, firsts=firsts)
        return {customer_id: id_ for (_, customer_id), id_ in stored.ids.items()}
