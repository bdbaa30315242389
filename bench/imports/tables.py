"""The tables an import fills, and emptying them."""

from __future__ import annotations

from django.db import connection

TABLES = (
    "customers_person",
    "customers_profile",
    "customers_identity",
    "commerce_product",
    "commerce_branch",
    "commerce_order",
    "commerce_orderline",
    "commerce_orderreturn",
    "commerce_credit",
    "event_keys",
    "events",
    "event_counts",
    "touched_months",
    "touched_profiles",
    "imports_import",
    "imports_change",
    "imports_rejectedrow",
)
"""What is pointed to before what points to it."""

_COLUMNS = """
SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""


def columns_of(table: str) -> str:
    """Those that can be written."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS, [table])
        return str(cursor.fetchone()[0])


def empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


def counts() -> dict[str, int]:
    """Rows of each table."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM {table}")
            found[table] = int(cursor.fetchone()[0])
    return found
