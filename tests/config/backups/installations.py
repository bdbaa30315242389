"""Installations on servers of their own, worked with by real commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from tests.config.local.running import python

RUN_SECONDS_MAX = 120
NOT_COMPARED = {"log_epochs", "procrastinate_jobs", "procrastinate_events", "analytics_lakefile"}
"""A restore itself writes to these: the next epoch, the asking for figures, the lake's list of files."""


@dataclass
class Installation:
    """A folder and a database."""

    home: Path
    url: str

    @property
    def database(self) -> str:
        return psycopg.conninfo.conninfo_to_dict(self.url)["dbname"]

    def environment(self) -> dict[str, str]:
        named = {"DATABASE_URL": self.url} if self.url else {}
        return python()[1] | {"REGULARS_HOME": str(self.home), "REGULARS_SECRET_KEY": "k" * 60} | named

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "regulars", *map(str, arguments)],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments)
        said, told = process.communicate(timeout=RUN_SECONDS_MAX)
        assert "Traceback" not in told, told
        return subprocess.CompletedProcess(process.args, process.returncode, said, told)

    def done(self, *arguments: str | Path) -> str:
        """What a command that goes well prints."""
        result = self.run(*arguments)
        assert result.returncode == 0, result.stderr
        return result.stdout

    def code(self, code: str, **names: Any) -> Any:
        """What some of our code puts into `found`, run in a process of its own."""
        program = "import json, sys, django\ndjango.setup()\nnames = json.loads(sys.argv[1])\nfound = None\n"
        program += textwrap.dedent(code) + "\nprint(json.dumps(found, default=str))\n"
        result = subprocess.run(
            [sys.executable, "-c", program, json.dumps(names, default=str)],
            env=self.environment() | {"DJANGO_SETTINGS_MODULE": "regulars.config.settings"},
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS_MAX,
        )
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout.splitlines()[-1])

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(query).fetchall()

    def tables(self) -> list[str]:
        return [
            name
            for (name,) in self.rows(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                " AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1"
            )
        ]

    def contents(self) -> dict[str, tuple[Any, ...]]:
        """Every row of every table, as a count and a sum."""
        return {
            table: self.rows(
                f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} AS t"
            )[0]
            for table in self.tables()
            if table not in NOT_COMPARED
        }


def fill(shop: Installation) -> None:
    """Migrate, and fill the demo shop as of a fixed moment."""
    shop.done("migrate")
    shop.code(
        """
        from datetime import UTC, datetime
        from regulars.events import services as events
        from regulars.simulator import demo
        now = datetime(2026, 3, 15, 12, tzinfo=UTC)
        events.open_epoch_if_moved(now=now)
        demo.fill(now=now, seed=3, customers=60)
        """
    )


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
