"""Bringing a backup back into an empty installation, in one transaction: all of it or nothing."""

from __future__ import annotations

import contextlib
import re
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

import psycopg
from psycopg import sql

from regulars.config.backups import container, programs
from regulars.config.backups.container import Reading
from regulars.config.backups.errors import BackupError
from regulars.config.backups.manifest import MARK, Manifest
from regulars.config.words import gettext as _

SERVER_VERSION_MIN = 150_000
LEAVE_SECONDS_MAX = 5.0
_ALL_TABLES = """
SELECT c.relname FROM pg_class AS c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
ORDER BY c.relname
"""
# What is there before anybody has brought anything in: the first owner, what Django and the worker keep,
# and what is reckoned from the rest.
_HOUSEKEEPING = (
    "account_",
    "analytics_",
    "auth_",
    "cache_",
    "django_",
    "mfa_",
    "procrastinate_",
    "schedule_",
    "team_",
    "touched_",
)
_HOUSEKEEPING_TABLES = ("log_epochs", MARK)
# The server's own workers come and go: a vacuum is nobody's work.
_OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
_CLEAR = """
DO $clear$
DECLARE thing record;
BEGIN
    FOR thing IN
        SELECT CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
                    ELSE 'TABLE' END AS kind, format('%I.%I', 'public', c.relname) AS name
        FROM pg_class AS c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
          AND NOT EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass
                          AND d.objid = c.oid AND d.refobjid <> c.oid AND d.deptype IN ('e', 'i', 'a'))
        ORDER BY c.relkind <> 'v'
    LOOP
        EXECUTE format('DROP %s IF EXISTS %s CASCADE', thing.kind, thing.name);
    END LOOP;
    FOR thing IN
        SELECT p.oid::regprocedure::text AS name FROM pg_proc AS p
        WHERE p.pronamespace = 'public'::regnamespace
          AND NOT EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass
                          AND d.objid = p.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('DROP ROUTINE IF EXISTS %s CASCADE', thing.name);
    END LOOP;
    FOR thing IN
        SELECT format('%I.%I', 'public', t.typname) AS name FROM pg_type AS t
        WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('e', 'c', 'd')
          AND (t.typrelid = 0 OR (SELECT c.relkind FROM pg_class AS c WHERE c.oid = t.typrelid) = 'c')
          AND NOT EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.classid = 'pg_type'::regclass
                          AND d.objid = t.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('DROP TYPE IF EXISTS %s CASCADE', thing.name);
    END LOOP;
END
$clear$;
"""
_BEGIN = f"""
SET statement_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
BEGIN;
SET LOCAL lock_timeout = '10s';
{_CLEAR}
SET LOCAL lock_timeout = 0;
"""
_COUNT = """
DO $count$
BEGIN
    IF (SELECT count(*) FROM public.{table}) <> {rows} THEN
        RAISE EXCEPTION 'the table % has not as many rows as the backup says', {name};
    END IF;
END
$count$;
"""
# A later pg_dump sets this, and servers before 17 do not know it.
_UNKNOWN_BEFORE_17 = b"SET transaction_timeout = 0;\n"
# Late minor releases keep a number of their own among a column's options (15.20 does); other releases
# refuse it, and pg_dump of another release takes it for an option like any other.
_OWN_NUMBER = re.compile(rb", pg_attver=\d+|pg_attver=\d+(, )?")
_COLUMN_OPTIONS = b"ALTER TABLE ONLY "
_FIRST_ROWS = b"COPY "


def require_empty(url: str, manifest: Manifest) -> bool:
    """Make sure that the backup may go into this database; True if its rows are there already.

    They are after an attempt that was interrupted behind its commit. Raises BackupError.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        if connection.info.server_version < SERVER_VERSION_MIN:
            raise BackupError(_("This server is too old. Restore into PostgreSQL 15 or newer."))
        if not _is_left_alone(connection):
            raise BackupError(_("Somebody works with this database. Stop web and workers of Regulars first."))
        tables = [name for (name,) in _rows(connection, _ALL_TABLES)]
        if MARK in tables:
            mark = sql.SQL("SELECT sha256 FROM public.{}").format(sql.Identifier(MARK))
            if _rows(connection, mark) == [(manifest.sha256,)]:
                return True
        if tables and "django_migrations" not in tables:
            raise BackupError(
                _("This database holds something else. Make an empty one and name it in DATABASE_URL.")
            )
        if any(_filled(connection, table) for table in tables):
            raise BackupError(
                _(
                    "There are data in this installation already, and a backup only goes into an empty one. "
                    "Set REGULARS_HOME to a new folder, or DATABASE_URL to a new database, and restore there."
                )
            )
    return False


def _is_left_alone(connection: psycopg.Connection[Any]) -> bool:
    """Whether nobody else works with this database; who is gone takes a moment to leave."""
    deadline = time.monotonic() + LEAVE_SECONDS_MAX
    while _rows(connection, _OTHERS)[0][0]:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _filled(connection: psycopg.Connection[Any], table: str) -> bool:
    kept = 0
    if table == "team_user":
        kept = 1  # the first owner, whom `regulars up` makes
    elif table.startswith(_HOUSEKEEPING) or table in _HOUSEKEEPING_TABLES:
        return False
    query = sql.SQL("SELECT 1 FROM public.{} LIMIT {}").format(sql.Identifier(table), sql.Literal(kept + 1))
    return len(_rows(connection, query)) > kept


def bring_back(reading: Reading, *, url: str) -> None:
    """Replace what is in the database by the backup's rows, in one transaction that checks their counts.

    Interrupted at any point it leaves the database as it was: only the last line commits. Raises BackupError.
    """
    with tempfile.TemporaryFile() as said:
        unpack = _start(url, said, "pg_restore", "--no-owner", "--no-privileges", "--file=-")
        write = _start(
            url, said, "psql", "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--file=-"
        )
        try:
            _pass_on(reading, unpack, write)
        finally:
            for process in (unpack, write):
                process.kill()
                process.wait()
                for end in (process.stdin, process.stdout):
                    with contextlib.suppress(OSError):  # what it no longer wanted to read
                        if end is not None:
                            end.close()
        if unpack.returncode or write.returncode:
            said.seek(0)
            raise programs.failure(said.read())


def _start(url: str, said: IO[bytes], program: str, *options: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [programs.path(program), *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE if program == "pg_restore" else subprocess.DEVNULL,
        stderr=said,
        env=programs.environment(url),
    )


def _pass_on(reading: Reading, unpack: subprocess.Popen[bytes], write: subprocess.Popen[bytes]) -> None:
    """Backup → pg_restore → psql. The commit is sent last, and only if all before it went well."""
    script, feeder = programs.pipe(write.stdin), _Feeder(reading.blocks(), programs.pipe(unpack.stdin))
    feeder.start()
    try:
        script.write(_BEGIN.encode())
        for piece in _script(programs.pipe(unpack.stdout)):
            script.write(piece)
        feeder.join()
        if unpack.wait() != 0 or feeder.error is not None:
            return
        for statement in _ending(reading.manifest):
            script.write(statement.encode())
        script.close()
        write.wait()
    except BrokenPipeError:
        write.wait()  # it has refused something and said what
    finally:
        unpack.kill()
        feeder.join()
        if feeder.error is not None:
            raise feeder.error


class _Feeder(threading.Thread):
    """Writes the dump into pg_restore while somebody else reads what comes out of it."""

    def __init__(self, blocks: Iterator[bytes], target: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._blocks, self._target = blocks, target
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            with self._target:
                for block in self._blocks:
                    self._target.write(block)
        except BrokenPipeError:
            pass  # it has ended, and said why
        except Exception as error:
            self.error = error


def _script(output: IO[bytes]) -> Iterable[bytes]:
    """What pg_restore prints; before the rows, without what only the server it comes from understands."""
    for line in iter(output.readline, b""):
        options = line.startswith(_COLUMN_OPTIONS) and b" SET (" in line
        understood = _OWN_NUMBER.sub(b"", line) if options else line
        if understood != _UNKNOWN_BEFORE_17 and not understood.endswith(b" SET ();\n"):
            yield understood
        if line.startswith(_FIRST_ROWS):
            break
    while block := output.read(container.BLOCK):
        yield block


def _ending(manifest: Manifest) -> Iterator[str]:
    for table, rows in manifest.tables.items():
        yield (
            sql.SQL(_COUNT)
            .format(table=sql.Identifier(table), rows=sql.Literal(rows), name=sql.Literal(table))
            .as_string(None)
        )
    yield f"CREATE TABLE public.{MARK} AS SELECT '{manifest.sha256}'::text AS sha256;\n"
    yield "COMMIT;\n"


def finish(url: str) -> None:
    """Forget that a restore is under way, and let the server learn what is in the tables."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET statement_timeout = 0")
        connection.execute("ANALYZE")
        connection.execute(sql.SQL("DROP TABLE IF EXISTS public.{}").format(sql.Identifier(MARK)))


def later_migrations(manifest: Manifest, known: Callable[[str, str], bool]) -> list[str]:
    """Migrations of the backup that this release has not got, as "app.name"."""
    named = [(app, name) for app, names in manifest.migrations.items() for name in names]
    return [f"{app}.{name}" for app, name in named if not known(app, name)]


def _rows(connection: psycopg.Connection[Any], query: Any) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()
