"""A web server of its own before a database of its own, for tests in which either dies."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import psycopg
from tests.config.local.running import START_SECONDS_MAX, free_port

from regulars.config.local.postgres import EmbeddedPostgres

MAKE_KEY = """
import django; django.setup()
from regulars.kit import clock
from regulars.team.services import create_key
from regulars.team.types import KeyKind
print(create_key(name="test", kind=KeyKind.SERVER, now=clock.now()).secret)
"""


@dataclass
class Shop:
    """The database is reached at `address` again after it was started anew."""

    home: Path
    database: EmbeddedPostgres
    port: int = field(default_factory=free_port)
    key: str = ""
    web: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """By way of a link: each start of the database makes a folder for its socket anew."""
        return str(
            urlsplit(self.database.url("regulars"))
            ._replace(query=f"host={quote(str(self._link), safe='')}")
            .geturl()
        )

    @property
    def _link(self) -> Path:
        return self.home / "socket"

    def start_database(self) -> None:
        """Start it and find it again."""
        self.database.start()
        [folder] = parse_qs(urlsplit(self.database.url("regulars")).query)["host"]
        self._link.unlink(missing_ok=True)
        self._link.symlink_to(folder)

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "REGULARS_HOME": str(self.home),
            "DATABASE_URL": self.address,
            "REGULARS_SECRET_KEY": "k" * 60,
            "REGULARS_API_LIMIT": "100000000",
            "DJANGO_SETTINGS_MODULE": "regulars.config.settings",
        }

    def start(self) -> None:
        """Start the web server and wait until it answers."""
        self.web = subprocess.Popen(
            [sys.executable, "-m", "regulars", "web", "--port", str(self.port)],
            env=self.environment,
            start_new_session=True,  # so that it can be killed with all its processes
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.post("m", {})[0] == 200:
                    return
            assert self.web.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def kill(self) -> None:
        """As a machine does that is switched off."""
        assert self.web is not None
        os.killpg(self.web.pid, signal.SIGKILL)
        self.web.wait()

    def post(self, path: str, body: Any) -> tuple[int, Any]:
        """Status and answer. Raises OSError or HTTPException where no answer comes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(
                "POST", f"/v1/{path}", json.dumps(body), {"Authorization": f"Bearer {self.key}"}
            )
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def stored(self) -> list[str]:
        """The message ids in the log, each as often as it is there."""
        with psycopg.connect(self.address) as connection:
            rows = connection.execute(
                "SELECT key FROM events WHERE source = 'segment' ORDER BY key"
            ).fetchall()
            return [key for (key,) in rows]


@contextlib.contextmanager
def running(folder: Path, home: Path) -> Iterator[Shop]:
    """Within the block it takes calls. `folder` is the database's own, and is on the disk in earnest."""
    shop = Shop(home, EmbeddedPostgres(folder))
    shop.start_database()
    try:
        subprocess.run(
            [sys.executable, "-m", "regulars", "migrate"],
            env=shop.environment,
            check=True,
            capture_output=True,
        )
        made = subprocess.run(
            [sys.executable, "-c", MAKE_KEY], env=shop.environment, check=True, capture_output=True, text=True
        )
        shop.key = made.stdout.strip()
        shop.start()
        yield shop
    finally:
        if shop.web is not None and shop.web.poll() is None:
            shop.kill()
        shop.database.stop()
