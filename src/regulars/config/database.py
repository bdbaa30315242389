"""Which PostgreSQL to use, and how Django is told of it.

DATABASE_URL names an outside server; without it the embedded one of this installation is used, whose
address stands in a file as long as it runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from regulars.config import env, home
from regulars.config.words import gettext as _

STATEMENT_SECONDS_MAX = 30
"""No statement and no idle transaction may hold the readers of the log back for longer than this."""

_FIELDS = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


def running_file() -> Path:
    """The file that holds the address of the embedded server while it runs."""
    return home.folder() / "postgres.json"


def url() -> str | None:
    """The address of the database, or None when none is set and the embedded one does not run."""
    outside = env.secret("DATABASE_URL")
    if outside:
        return outside
    running = home.read_json(running_file())
    address = running.get("url") if running else None
    return address if isinstance(address, str) else None


def django_settings(address: str | None, *, pool: bool = False) -> dict[str, Any]:
    """What Django's DATABASES wants for an address; without one, an entry that cannot connect.

    Raises SettingError if the address cannot be understood.
    """
    values: dict[str, Any] = {"ENGINE": "django.db.backends.postgresql", "ATOMIC_REQUESTS": False}
    limits = f"-c statement_timeout={STATEMENT_SECONDS_MAX}s"
    limits += f" -c idle_in_transaction_session_timeout={STATEMENT_SECONDS_MAX}s"
    options: dict[str, Any] = {"connect_timeout": 10}
    if address is None:
        # Loading the settings must work without a database (the audit, the checks); using it must not.
        return values | {"NAME": "regulars", "HOST": str(home.folder() / "not-running"), "OPTIONS": options}
    if not address.startswith(("postgres://", "postgresql://")):
        raise env.SettingError(
            _("DATABASE_URL is not understood; it looks like postgresql://user:password@host:5432/database.")
        )
    try:
        parts = conninfo_to_dict(address)
    except ProgrammingError as error:
        raise _not_understood(str(error).strip()) from error
    if not str(parts.get("port") or "5432").isdecimal():
        raise _not_understood(_("%(port)s is not a port") % {"port": parts["port"]})
    values |= {key: str(parts.pop(name)) for name, key in _FIELDS.items() if parts.get(name) is not None}
    options |= parts
    options["options"] = f"{limits} {options['options']}" if options.get("options") else limits
    if pool:
        options["pool"] = {"min_size": 2, "max_size": 10, "timeout": 10}
    return values | {"OPTIONS": options, "CONN_HEALTH_CHECKS": not pool, "CONN_MAX_AGE": 0 if pool else 600}


def _not_understood(reason: str) -> env.SettingError:
    return env.SettingError(_("DATABASE_URL is not understood: %(reason)s") % {"reason": reason})
