"""A database server that outlived the process that started it (a power cut, `kill -9`)."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from regulars.config.local.errors import LocalError
from regulars.config.words import gettext as _

STOP_SECONDS_MAX = 20
"""A fast shutdown writes out what is in memory; after that the server is told to stop at once."""


def stop(data: Path) -> bool:
    """Stop the server that still runs on these files; True if there was one.

    Its own pid file is believed only if the process is a server on these very files: the number may have
    gone to somebody else since. Then the pid file is dead and is removed, as the server itself would do.
    """
    pid_file = data / "postmaster.pid"
    pid = _read_pid(pid_file)
    if pid is None:
        return False
    if not _serves(pid, data):
        pid_file.unlink(missing_ok=True)
        return False
    for stop_signal in (signal.SIGINT, signal.SIGQUIT):
        os.kill(pid, stop_signal)
        if _gone(pid, data, STOP_SECONDS_MAX):
            return True
    raise LocalError(
        _("An earlier database server (process %(pid)s) does not stop; end it and start again.")
        % {"pid": pid}
    )


def _read_pid(pid_file: Path) -> int | None:
    try:
        return int(pid_file.read_text(encoding="utf-8").splitlines()[0])
    except (FileNotFoundError, NotADirectoryError, IndexError, ValueError):
        return None


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
