"""A database server that outlived the process that started it (a power cut, `kill -9`)."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from regulars.config.local.errors import LocalError
from regulars.config.local.places import SOCKET_FOLDER_PREFIX
from regulars.config.words import gettext as _

STOP_SECONDS_MAX = 20
"""A fast shutdown writes out what is in memory; after that the server is told to stop at once."""


def stop(data: Path) -> bool:
    """Stop the server that still runs on these files; True if there was one.

    Its own pid file is believed only if the process is a server on these very files. If the number has
    gone to another program since, the file is removed: a new server would take that program for itself.
    Otherwise the file stays, because it names the shared memory too: so a new server sees whether
    sessions of the dead one still write.
    """
    pid_file = data / "postmaster.pid"
    pid, socket_folder = _read(pid_file)
    if pid is None:
        return False
    if not _serves(pid, data):
        if _command_line(pid):
            pid_file.unlink(missing_ok=True)
        _remove(socket_folder, data)
        return False
    for stop_signal in (signal.SIGINT, signal.SIGQUIT):
        os.kill(pid, stop_signal)
        if _gone(pid, data, STOP_SECONDS_MAX):
            _remove(socket_folder, data)
            return True
    raise LocalError(
        _("An earlier database server (process %(pid)s) does not stop; end it and start again.")
        % {"pid": pid}
    )


def _read(pid_file: Path) -> tuple[int | None, Path | None]:
    """Number and socket folder of the server that wrote the file, as far as they can be read."""
    try:
        lines = pid_file.read_text(encoding="utf-8").splitlines()
        pid = int(lines[0])
    except (FileNotFoundError, NotADirectoryError, IndexError, ValueError):
        return None, None
    return pid, Path(lines[4]) if len(lines) > 4 and lines[4] else None


def _remove(socket_folder: Path | None, data: Path) -> None:
    """Remove the folder we made for the socket, if it is one of ours and of the same owner as the data."""
    if socket_folder is None or not socket_folder.name.startswith(SOCKET_FOLDER_PREFIX):
        return
    with contextlib.suppress(OSError):
        if socket_folder.lstat().st_uid == data.stat().st_uid:
            shutil.rmtree(socket_folder)


def _serves(pid: int, data: Path) -> bool:
    """Whether the process is a PostgreSQL on these files."""
    arguments = _command_line(pid)
    return os.fsencode(data) in arguments if b"\0" in arguments else str(data).encode() in arguments


def _command_line(pid: int) -> bytes:
    """The command line of a process, empty if there is no such process."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return b""
    # Where there is no /proc (macOS).
    result = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], check=False, capture_output=True)
    return result.stdout


def _gone(pid: int, data: Path, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not _serves(pid, data):
            return True
        time.sleep(0.05)
    return False
