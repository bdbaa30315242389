"""Where Django's database is, for those who reach it by other ways."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from django.db import connection
from psycopg import pq
from psycopg.conninfo import make_conninfo


def conninfo() -> str:
    """In libpq's words."""
    return make_conninfo("", **_values())


def url() -> str:
    """As DATABASE_URL wants it."""
    return "postgresql:///?" + urlencode(_values(), quote_via=quote)


def _values() -> dict[str, str]:
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    return {key: str(value) for key, value in connection.get_connection_params().items() if key in known}
