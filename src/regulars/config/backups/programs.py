"""PostgreSQL's own programs, run against the installation's database."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from psycopg import pq

from regulars.config.backups.errors import BackupError
from regulars.config.local import cluster, places
from regulars.config.words import gettext as _


def path(name: str) -> str:
    """Where a program is: in the package that brings PostgreSQL along."""
    return str(places.programs(None) / "bin" / name)


def environment(url: str) -> dict[str, str]:
    """The environment in which they find the database: addresses in command lines could be seen by all."""
    values = {
        option.envvar.decode(): option.val.decode()
        for option in pq.Conninfo.parse(url.encode())
        if option.val is not None and option.envvar is not None
    }
    return cluster.environment() | {"HOME": str(Path.home()), "PGAPPNAME": "regulars", "PGTZ": "UTC"} | values


def failure(said: bytes) -> BackupError:
    """Put what a program said before it gave up into a line for a person."""
    lines = [line.strip() for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    telling = [line for line in lines if "error:" in line.lower() or "fatal:" in line.lower()]
    reason = (telling or lines or ["-"])[0]
    return BackupError(_("The database refused: %(reason)s") % {"reason": reason})


def pipe(stream: IO[bytes] | None) -> IO[bytes]:
    """An end of a pipe that was asked for when the program was started."""
    if stream is None:
        raise RuntimeError("the program was started without this pipe")
    return stream
