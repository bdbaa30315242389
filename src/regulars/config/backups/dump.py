"""Making a backup: the database as it stands at one moment, while everything else goes on."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from regulars.config.backups import container, programs
from regulars.config.backups.errors import BackupError
from regulars.config.backups.manifest import MARK, Manifest
from regulars.config.words import gettext as _

# What belongs to the server or to its administrator stays behind; statistics are made anew.
_OPTIONS = [
    "--format=custom",
    "--no-owner",
    "--no-privileges",
    "--no-publications",
    "--no-subscriptions",
    "--no-security-labels",
    "--no-tablespaces",
    "--no-statistics",
    "--exclude-extension=*",
    f"--exclude-table=public.{MARK}",
    "--no-password",
]
_TABLES = """
SELECT c.relname FROM pg_class AS c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND NOT EXISTS (
      SELECT 1 FROM pg_depend AS d
      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
  )
ORDER BY c.relname
"""


def make(path: Path, *, url: str, now: datetime) -> Manifest:
    """Write a backup of the database to a new file. Raises BackupError, LocalError."""
    with psycopg.connect(url) as connection:
        # Read only and without a transaction id: it holds no reader of the log back, however long it lasts.
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute("SET statement_timeout = 0")
        connection.execute("SET idle_in_transaction_session_timeout = 0")
        tables = [name for (name,) in connection.execute(_TABLES) if name != MARK]
        if "django_migrations" not in tables:
            raise BackupError(_("There is nothing to back up here yet: start Regulars first."))
        snapshot = _one(connection, "SELECT pg_export_snapshot()")

        def fill(target: container.Summing) -> Callable[[], Manifest]:
            _dump(url, snapshot, target)
            return lambda: Manifest(
                made_at=now,
                version=version("regulars"),
                server_version=connection.info.server_version,
                system_identifier=_one(connection, "SELECT system_identifier FROM pg_control_system()"),
                sha256=target.sha256,
                size=target.size,
                migrations=_migrations(connection),
                tables={name: _count(connection, name) for name in tables},
            )

        return container.write(path, fill)


def _dump(url: str, snapshot: str, target: container.Summing) -> None:
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [programs.path("pg_dump"), *_OPTIONS, f"--snapshot={snapshot}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            env=programs.environment(url),
        )
        try:
            with programs.pipe(process.stdout) as output:
                while block := output.read(container.BLOCK):
                    target.write(block)
        except BaseException:
            process.kill()
            raise
        finally:
            process.wait()
        if process.returncode != 0:
            said.seek(0)
            raise programs.failure(said.read())


def _migrations(connection: psycopg.Connection[Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for app, name in connection.execute("SELECT app, name FROM django_migrations ORDER BY app, name"):
        found.setdefault(app, []).append(name)
    return found


def _count(connection: psycopg.Connection[Any], table: str) -> int:
    return int(_one(connection, sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(table))))


def _one(connection: psycopg.Connection[Any], query: Any) -> Any:
    return connection.execute(query).fetchall()[0][0]
