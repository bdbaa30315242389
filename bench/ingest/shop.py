"""A shop's server as it runs in earnest: a database that writes to the disk, and `regulars web` before it."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.processes import LONGEST_SECONDS, ROOT
from regulars.config.local.postgres import EmbeddedPostgres

START_SECONDS_MAX = 60


@dataclass(frozen=True)
class Shop:
    """`environment`: for programs that work with its database. `key`: of a server."""

    environment: dict[str, str]
    port: int
    key: str

    def run(self, command: list[str]) -> str:
        """What a command prints."""
        return _run(command, self.environment)


@contextlib.contextmanager
def running() -> Iterator[Shop]:
    """Within the block the shop takes calls, from one key as many as come."""
    with contextlib.ExitStack() as stack:
        home, data = (stack.enter_context(tempfile.TemporaryDirectory(prefix="regulars-")) for _ in range(2))
        server = EmbeddedPostgres(Path(data))
        server.start()
        stack.callback(server.stop)
        environment = os.environ | {
            "REGULARS_HOME": home,
            "DATABASE_URL": server.url("regulars"),
            "REGULARS_SECRET_KEY": secrets.token_urlsafe(50),
            "REGULARS_API_LIMIT": "100000000",
            "DJANGO_SETTINGS_MODULE": "regulars.config.settings",
        }
        _run([sys.executable, "-m", "regulars", "migrate"], environment)
        key = _run([sys.executable, "-m", "bench.ingest.inside", "key"], environment).strip()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        web = subprocess.Popen(
            [sys.executable, "-m", "regulars", "web", "--port", str(port)], cwd=ROOT, env=environment
        )
        stack.callback(_end, web)
        _await(port, web)
        yield Shop(environment, port, key)


def _run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=LONGEST_SECONDS,
    )
    return done.stdout


def _await(port: int, web: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if web.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the web server did not start") from None
            time.sleep(0.1)


def _end(web: subprocess.Popen[bytes]) -> None:
    web.terminate()
    try:
        web.wait(10)
    except subprocess.TimeoutExpired:
        web.kill()
        web.wait()
