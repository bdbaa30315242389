"""The folder of an installation and the lock that lets only one `regulars up` work with it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

from regulars.config import env, home
from regulars.config.local.errors import AlreadyRuns, DiskFull, LocalError, from_os
from regulars.config.words import gettext as _

FREE_MEGABYTES_MIN = 300
"""An empty database takes some 50 MB and its log of changes up to 2 GB; below this a start is no use."""


def open_folder() -> Path:
    """Make the folder of the installation if need be and make sure that it is ours and has room.

    For root it is 0711 instead of 0700: the database's own user has to pass through it. Whatever is in it
    is closed to others by itself.
    """
    folder = home.folder()
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True)
            folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        if folder.stat().st_uid != os.geteuid():
            raise LocalError(
                _(
                    "%(path)s belongs to another user. "
                    "Start as that user, or set REGULARS_HOME to another folder."
                )
                % {"path": folder}
            )
        probe = folder / "up.lock"
        os.close(os.open(probe, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise from_os(folder, error) from error
    free = shutil.disk_usage(folder).free // 1_000_000
    if free < FREE_MEGABYTES_MIN:
        raise DiskFull(
            _("The disk is full: %(free)s MB are free at %(path)s, and %(needed)s MB are needed. Make room.")
            % {"free": free, "path": folder, "needed": FREE_MEGABYTES_MIN}
        )
    return folder


@contextlib.contextmanager
def only_one(folder: Path, address: str) -> Iterator[None]:
    """Within the block no other `regulars up` works with this folder.

    The system frees the lock when we die. Raises AlreadyRuns saying where the other one answers.
    """
    descriptor = os.open(folder / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            other = home.read_json(folder / "up.lock") or {}
            raise AlreadyRuns(
                _("Regulars already runs here: %(address)s (process %(pid)s).")
                % {"address": other.get("address", "?"), "pid": other.get("pid", "?")}
            ) from error
        content = json.dumps({"pid": os.getpid(), "address": address}).encode()
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, content, 0)
        yield
    finally:
        os.close(descriptor)


def require_free_port(port: int) -> None:
    """Make sure that we can listen on the port of 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise LocalError(
                _("Port %(port)s may only be used by root. Choose one above 1023: make up PORT=8010")
                % {"port": port}
            ) from error
        except OSError as error:
            raise LocalError(
                _(
                    "Port %(port)s is taken by another program. "
                    "End that program or choose another port: make up PORT=%(other)s"
                )
                % {"port": port, "other": port + 10 if port < 65_000 else 8010}
            ) from error


def make_secret_key(folder: Path) -> None:
    """Make the key of the installation unless there is one or the environment brings it."""
    file = folder / "secret_key"
    if not env.secret("REGULARS_SECRET_KEY") and not file.exists():
        home.write_secretly(file, secrets.token_urlsafe(64))
