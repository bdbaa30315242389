"""Which time zones the server knows, and which customers have."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from django.db import connection

# From each to the next by the index, however many people there are.
_IN_USE = """
WITH RECURSIVE found AS (
    (SELECT nullif(timezone, '') AS zone FROM customers_personattributes
     WHERE nullif(timezone, '') IS NOT NULL ORDER BY nullif(timezone, '') LIMIT 1)
    UNION ALL
    SELECT (SELECT nullif(timezone, '') FROM customers_personattributes
            WHERE nullif(timezone, '') > found.zone ORDER BY nullif(timezone, '') LIMIT 1)
    FROM found WHERE found.zone IS NOT NULL
)
SELECT zone FROM found WHERE zone IS NOT NULL
"""


@cache
def zones() -> dict[str, str]:
    """Names of zones by their small letters: those that the database knows and Python too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_timezone_names")
        known = {name for (name,) in cursor.fetchall()} & available_timezones()
    return {name.casefold(): name for name in sorted(known) if not name.startswith(("posix/", "right/"))}


def zones_of_customers() -> list[str]:
    """The time zones that customers have of their own, each once."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_USE)
        return [zone for (zone,) in cursor.fetchall()]
