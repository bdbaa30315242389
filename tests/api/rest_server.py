"""A real web server on the database of the tests, for what only a process of its own can show."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx
from django.db import connection

STARTS_WITHIN = 60.0


@dataclass(frozen=True)
class Server:
    """A server that runs; `kill` ends all its processes at once, as a failing machine would."""

    address: str
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


@contextlib.contextmanager
def serving(home: Path, **environment: str) -> Iterator[Server]:
    """Start `regulars web` on a free port; the test has to be one that commits."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "DATABASE_URL": _database(),
        "REGULARS_HOME": str(home),
        "REGULARS_SECRET_KEY": "a secret of the tests that nobody needs to guess",
        "PORT": str(port),
    }
    with (home / "web.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "regulars", "web"],
            env=os.environ | settings | environment,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
        )
    server = Server(f"http://127.0.0.1:{port}", process)
    try:
        _wait_for(server, home)
        yield server
    finally:
        server.kill()


def _wait_for(server: Server, home: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        if server.process.poll() is not None:
            break
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{server.address}/api/v1/openapi.json", timeout=5).status_code == 200:
                return
        time.sleep(0.05)
    raise AssertionError((home / "web.log").read_text(encoding="utf-8", errors="replace"))


def _database() -> str:
    told = {key: str(value) for key, value in connection.get_connection_params().items()}
    return (
        f"postgresql://{quote(told['user'])}:{quote(told.get('password', ''))}@/{quote(told['dbname'])}"
        f"?host={quote(told['host'], safe='')}&port={told.get('port', '5432')}"
    )
