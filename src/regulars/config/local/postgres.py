"""PostgreSQL from a wheel, as a child process of ours: for a bare machine and for the tests.

    with EmbeddedPostgres(folder) as server:
        connect(server.url("regulars"))

It listens on a socket in a folder only its user can enter, never on the network; every role needs its
password. Why the wheel's own starter is not used: docs/decisions/0001-embedded-postgresql.md.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from regulars.config.local import account as accounts
from regulars.config.local import cluster, leftover, places
from regulars.config.local.errors import LocalError
from regulars.config.words import gettext as _

READY_SECONDS_MAX = 120
"""After a power cut the server first replays its log; a bare start takes less than a second."""
STOP_SECONDS_MAX = 20

_COMMON = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",  # web pool 10, worker some 10, the person's own tools; the rest is reserve
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    # Never the text of a statement nor a row it was about: phones, names and addresses stand in them.
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "jit": "off",  # pays off only in queries we give to DuckDB
    "random_page_cost": "1.1",
    # Two cores are shared with web and worker; and containers give /dev/shm too little for more.
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
}
_SAFE = {
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "autovacuum_max_workers": "2",
}
_QUICK = {
    "shared_buffers": "128MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class EmbeddedPostgres:
    """A server whose files live in `folder`, which is wholly its own.

    `quick` is for tests: nothing is forced to disk, and the role may make databases.
    """

    def __init__(self, folder: Path, *, quick: bool = False) -> None:
        self.folder = folder.absolute()
        self.quick = quick
        self._process: subprocess.Popen[bytes] | None = None
        self._socket_folder: Path | None = None
        self._log_size = 0

    def start(self) -> None:
        """Start the server and wait until it answers; makes files, role and database where missing.

        Raises LocalError in words for a person.
        """
        account = accounts.for_database()
        places.own_folder(self.folder, account)
        programs = places.programs(account)
        data = self.folder / "data"
        leftover.stop(data)
        cluster.make(self.folder, programs, account, quick=self.quick)
        self._socket_folder = places.socket_folder(account)
        try:
            settings = _COMMON | (_QUICK if self.quick else _SAFE)
            settings["unix_socket_directories"] = str(self._socket_folder)
            command = [str(programs / "bin" / "postgres"), "-D", str(data)]
            command += [f"--{name}={value}" for name, value in settings.items()]
            log = cluster.open_log(self.folder)
            self._log_size = os.fstat(log).st_size
            try:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd=self.folder,
                    env=cluster.environment(),
                    umask=0o077,
                    process_group=0,  # Ctrl-C is ours to handle: web and worker stop first
                    **accounts.options(account),
                )
            finally:
                os.close(log)
            self._wait_until_ready()
            self._make_database()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End all sessions, write everything out and stop; harmless if it does not run."""
        process, self._process = self._process, None
        if process is not None:
            for stop_signal in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
                if process.poll() is None:
                    process.send_signal(stop_signal)
                try:
                    process.wait(STOP_SECONDS_MAX)
                    break
                except subprocess.TimeoutExpired:
                    continue
        if self._socket_folder is not None:
            shutil.rmtree(self._socket_folder, ignore_errors=True)
            self._socket_folder = None

    def exit_code(self) -> int | None:
        """None while the server runs, else how it ended (negative: by a signal)."""
        return self._process.poll() if self._process else 0

    def why_it_stopped(self) -> LocalError:
        """The reason in plain words, for a server that ran and has ended by itself."""
        return cluster.stopped(self.folder, self._said())

    def url(self, database: str = cluster.ROLE) -> str:
        """The address of a database on this server, with the password of its role."""
        return self._url(cluster.ROLE, database)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _said(self) -> str:
        return cluster.log_since(self.folder, self._log_size)

    def _url(self, role: str, database: str) -> str:
        if self._socket_folder is None:
            raise LocalError(_("The database does not run."))
        password = quote(cluster.passwords(self.folder)[role], safe="")
        host = quote(str(self._socket_folder), safe="")
        return f"postgresql://{role}:{password}@/{database}?host={host}"

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS_MAX
        url = self._url(cluster.ADMIN, "postgres")
        while True:
            if self.exit_code() is not None:
                raise cluster.failure(self.folder, self._said())
            try:
                psycopg.connect(url, connect_timeout=5).close()
                return
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline or "password authentication failed" in str(error):
                    raise cluster.failure(self.folder, self._said() or str(error)) from error
            time.sleep(0.03)

    def _make_database(self) -> None:
        """Make role and database; done again at each start, so that an interrupted first one is mended."""
        role = sql.Identifier(cluster.ROLE)
        password = sql.Literal(cluster.passwords(self.folder)[cluster.ROLE])
        with psycopg.connect(self._url(cluster.ADMIN, "postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [cluster.ROLE]).fetchone()
            verb = sql.SQL("ALTER" if known else "CREATE")
            may = sql.SQL("CREATEDB" if self.quick else "NOCREATEDB")
            connection.execute(sql.SQL("{} ROLE {} LOGIN {} PASSWORD {}").format(verb, role, may, password))
            for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
                connection.execute(
                    sql.SQL("ALTER ROLE {} SET {} = '30s'").format(role, sql.Identifier(limit))
                )
            found = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [cluster.ROLE]
            ).fetchone()
            if not found:
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(role, role))
