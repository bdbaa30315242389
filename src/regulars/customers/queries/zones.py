"""Which time zones the server knows."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from django.db import connection


@cache
def zones() -> dict[str, str]:
    """Names of zones by their small letters: those that the database knows and Python too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_timezone_names")
        known = {name for (name,) in cursor.fetchall()} & available_timezones()
    return {name.casefold(): name for name in sorted(known) if not name.startswith(("posix/", "right/"))}
