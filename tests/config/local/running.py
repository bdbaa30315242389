"""Running `regulars` as a person does, and looking at what it does to the machine."""

from __future__ import annotations

import http.client
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 60
"""As long as a busy machine may take: children have ten seconds of their own before they are killed."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def status(port: int) -> int | None:
    """What the sign-in page answers with; None if nobody does."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/accounts/login/")
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


class Up:
    """One `regulars up`."""

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        env: dict[str, str] | None = None,
        account: pwd.struct_passwd | None = None,
    ) -> None:
        self.folder = folder
        self.port = port or free_port()
        self.log = folder.parent / f"up-{self.port}-{time.monotonic_ns()}.log"
        command, environment = python(account)
        who: dict[str, object] = {}
        if account:
            who = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": [], "cwd": "/"}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, "-m", "regulars", "up", "--no-demo", "--port", str(self.port)],
                env=environment | {"REGULARS_HOME": str(folder)} | (env or {}),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **who,  # type: ignore[call-overload]
            )

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def until(self, true: Callable[[], bool], what: str, *, alive: bool = True) -> None:
        """Wait until something is so; polling, since there is nothing else to listen to."""
        deadline = time.monotonic() + START_SECONDS_MAX
        while not true():
            assert not alive or self.process.poll() is None, f"ended before {what}:\n{self.said()}"
            assert time.monotonic() < deadline, f"not {what} in time:\n{self.said()}"
            time.sleep(0.1)

    def until_ready(self) -> Up:
        self.until(lambda: "Ctrl-C" in self.said(), "ready")
        return self

    def status(self) -> int | None:
        return status(self.port)

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS_MAX)

    def descendants(self) -> dict[int, str]:
        return {pid: line for pid, line in processes().items() if self.process.pid in ancestors(pid)}


def processes() -> dict[int, str]:
    """Command lines of all processes that have not ended."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                line = (
                    (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
                )
            except OSError:
                continue
            if line:
                found[int(entry.name)] = line
    return found


def ancestors(pid: int) -> list[int]:
    found: list[int] = []
    while pid > 1:
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            break
        found.append(pid)
    return found


def python(account: pwd.struct_passwd | None = None) -> tuple[list[str], dict[str, str]]:
    """A Python that runs Regulars: ours, or for somebody who may not run that one, the system's."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment["LC_ALL"] = "C.UTF-8"
    system = shutil.which(f"python3.{sys.version_info.minor}", path="/usr/bin:/usr/local/bin")
    if account is None or _runs(sys.executable, account):
        return [sys.executable], environment
    assert system, "there is no Python another user may run"
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path and Path(path).is_dir())
    return [system], environment


def _runs(program: str, account: pwd.struct_passwd) -> bool:
    try:
        done = subprocess.run([program, "-c", ""], user=account.pw_uid, group=account.pw_gid, extra_groups=[])
    except PermissionError:
        return False
    return done.returncode == 0


class Start(Protocol):
    """Starts `regulars up` and sees to its end."""

    def __call__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        env: dict[str, str] | None = None,
        account: pwd.struct_passwd | None = None,
    ) -> Up: ...
