"""A file of customers."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime

from regulars.customers import services as customers
from regulars.customers.types import IdentityType, NewProfile
from regulars.imports.kinds.tabled import TabledWork, reading_options
from regulars.imports.kinds.work import Opening
from regulars.imports.ledger import Ledger
from regulars.imports.types import Thing

_ASIDE = "CREATE TABLE aside AS SELECT row, part, part_row, reason FROM people WHERE reason IS NOT NULL"
# Rows of one customer are one: the last name, all addresses, the first moment.
_UNITS = """
CREATE TABLE units AS
SELECT row_number() OVER (ORDER BY first_row) - 1 AS unit, *
FROM (
    SELECT customer_id, min(row) AS first_row, count(*) AS rows,
           arg_max(name, row) FILTER (name IS NOT NULL) AS name,
           list(DISTINCT email ORDER BY email) FILTER (email IS NOT NULL) AS emails,
           list(DISTINCT phone ORDER BY phone) FILTER (phone IS NOT NULL) AS phones,
           min(created_at) AS created_at
    FROM people WHERE reason IS NULL AND customer_id IS NOT NULL
    GROUP BY customer_id
)
"""
_BATCH = """
SELECT customer_id, name, emails, phones, created_at
FROM units WHERE unit >= $first AND unit < $end ORDER BY unit
"""


def open_customers(stack: ExitStack, opening: Opening) -> CustomersWork:
    """Raises InputError."""
    from regulars.analytics.compute.engine import connection
    from regulars.analytics.compute.reading import read_customers
    from regulars.analytics.progress import Silent

    con = stack.enter_context(connection())
    how = reading_options(opening)
    reading = read_customers(con, [opening.path], how, Silent())
    con.execute(_ASIDE)
    con.execute(_UNITS)
    parts = [part.name for part in reading.parts]
    return CustomersWork(con, opening, kind="customers", order=1, parts=parts, rows=reading.rows_read)


class CustomersWork(TabledWork):
    def apply(self, number: int, ledger: Ledger, now: datetime) -> None:
        found = self._con.execute(_BATCH, self._span(number, ledger)).fetchall()
        profiles = [
            NewProfile(
                source=self._source,
                external_id=customer_id,
                name=name or "",
                created_at=self._moment(created_at) if created_at else None,
                identities=(
                    *((IdentityType.EMAIL, email) for email in emails or ()),
                    *((IdentityType.PHONE, phone) for phone in phones or ()),
                ),
            )
            for customer_id, name, emails, phones, created_at in found
        ]
        stored = customers.upsert_profiles(profiles=profiles, now=now, backfill=True)
        ledger.note(Thing.PROFILE, stored)
