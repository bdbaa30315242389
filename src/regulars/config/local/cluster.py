"""The files of a database server: made once, checked at each start."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
from pathlib import Path

from regulars.config import home
from regulars.config.local import account as accounts
from regulars.config.local.account import Account
from regulars.config.local.errors import DiskFull, LocalError
from regulars.config.words import gettext as _

ADMIN = "postgres"
"""The role that may do everything; used only to make the other one."""
ROLE = "regulars"
"""The role Regulars works as; it owns the database and nothing else."""

LOG_BYTES_MAX = 5_000_000
"""A log above this is set aside at the next start; one older log is kept."""

_NO_ROOM = ("No space left on device", "Disk quota exceeded")


def environment() -> dict[str, str]:
    """A clean environment for PostgreSQL's programs: no PG* of the person's, messages in English."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def passwords(folder: Path) -> dict[str, str]:
    """The passwords of both roles, made at the first call and kept in a 0600 file.

    Raises LocalError if they are lost: others would not fit the database that is there.
    """
    file = folder / "passwords.json"
    known = home.read_json(file)
    if known is None and (folder / "data" / "PG_VERSION").exists():
        raise LocalError(
            _("The database's passwords are lost: bring %(path)s back from a backup.") % {"path": file}
        )
    if known is None:
        known = {ADMIN: secrets.token_urlsafe(32), ROLE: secrets.token_urlsafe(32)}
        home.write_secretly(file, json.dumps(known))
    return {name: str(known[name]) for name in (ADMIN, ROLE)}


def make(folder: Path, programs: Path, account: Account | None, *, quick: bool) -> None:
    """Make the files of an empty server in `folder/data` unless they are there.

    They are made under another name and then moved, so an interrupted attempt leaves nothing half done.
    """
    data = folder / "data"
    if (data / "PG_VERSION").is_file():
        _same_version(data, programs)
        return
    new = folder / "data.new"
    shutil.rmtree(new, ignore_errors=True)
    password_file = folder / "password.tmp"
    home.write_secretly(password_file, passwords(folder)[ADMIN])
    try:
        accounts.own(password_file, account)
        command = [str(programs / "bin" / "initdb"), f"--pgdata={new}", f"--username={ADMIN}"]
        command += [f"--pwfile={password_file}", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
        if quick:
            command.append("--no-sync")
        result = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            cwd=folder,
            env=environment(),
            umask=0o077,
            **accounts.options(account),
        )
    finally:
        password_file.unlink(missing_ok=True)
    if result.returncode != 0:
        shutil.rmtree(new, ignore_errors=True)
        raise failure(folder, result.stderr)
    new.rename(data)


def open_log(folder: Path) -> int:
    """Open the server's log for appending (0600) and return its descriptor."""
    log = folder / "postgres.log"
    if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
        log.replace(log.with_suffix(".log.1"))
    return os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def log_since(folder: Path, size: int) -> str:
    """The end of what the server wrote to its log after the first `size` bytes."""
    try:
        with (folder / "postgres.log").open("rb") as file:
            file.seek(max(size, file.seek(0, os.SEEK_END) - 65_536))
            return file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""


def stopped(folder: Path, output: str) -> LocalError:
    """Put the end of a server that ran into plain words."""
    return _no_room(folder, output) or LocalError(
        _("The database has stopped (its log: %(log)s). Start again; nothing is lost.")
        % {"log": folder / "postgres.log"}
    )


def _no_room(folder: Path, output: str) -> DiskFull | None:
    if not any(words in output for words in _NO_ROOM):
        return None
    free = shutil.disk_usage(folder).free // 1_000_000
    return DiskFull(
        _(
            "The disk is full: the database has %(free)s MB left at %(path)s and needs 200 MB to start. "
            "Make room and start again; nothing is lost."
        )
        % {"free": free, "path": folder}
    )


def failure(folder: Path, output: str) -> LocalError:
    """Put what a program of PostgreSQL printed before it gave up into plain words."""
    full = _no_room(folder, output)
    if full is not None:
        return full
    lines = [line for line in output.splitlines() if "FATAL" in line or "PANIC" in line or "error:" in line]
    reason = " ".join((lines or output.splitlines())[-3:]).strip()
    return LocalError(
        _("The database did not start: %(reason)s (all of its log: %(log)s)")
        % {"reason": reason or "-", "log": folder / "postgres.log"}
    )


def _same_version(data: Path, programs: Path) -> None:
    made_by = (data / "PG_VERSION").read_text(encoding="ascii").strip()
    result = subprocess.run(
        [str(programs / "bin" / "postgres"), "--version"],
        check=True,
        capture_output=True,
        text=True,
        env=environment(),
        cwd="/",
    )
    installed = result.stdout.split()[-1].split(".")[0]
    if made_by != installed:
        raise LocalError(
            _(
                "The database in %(path)s was made by PostgreSQL %(old)s, but %(new)s is installed. "
                "Go back to the release of Regulars that made it, or move the folder away to start empty."
            )
            % {"path": data, "old": made_by, "new": installed}
        )
