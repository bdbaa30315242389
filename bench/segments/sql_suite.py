"""A condition over everybody against the same question in SQL by hand.

`REGULARS_BENCH_CUSTOMERS` makes the shop smaller for a quick look; such a run says nothing of the target.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench.figure import Figure
from bench.processes import LONGEST_SECONDS, ROOT, versions
from regulars.config.local.postgres import EmbeddedPostgres

KEYS = ("segments.sql_ratio",)
CUSTOMERS, ORDERS_EACH = 1_000_000, 5
ROUNDS = 3


def figures(keys: list[str]) -> Iterator[Figure]:
    customers = int(os.environ.get("REGULARS_BENCH_CUSTOMERS", CUSTOMERS))
    with tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder:
        server = EmbeddedPostgres(Path(folder), quick=True)
        server.start()
        try:
            address = _database(server)
            _run(address, "fill", str(customers))
            told = json.loads(_run(address, "time", str(ROUNDS)))
        finally:
            server.stop()
    seconds = told["seconds"]
    detail = {
        "customers": customers,
        "orders": customers * ORDERS_EACH,
        "found": told["found"],
        "seconds": {side: [round(one, 2) for one in of_side] for side, of_side in seconds.items()},
        "cores": os.cpu_count(),
        "versions": versions("django", "psycopg"),
    }
    yield Figure(KEYS[0], median(seconds["ours"]) / median(seconds["by_hand"]), 1.5, "lower", detail)


def _database(server: EmbeddedPostgres) -> str:
    """Its address, with the tables made."""
    address = server.url("regulars")
    _python(address, "-m", "django", "migrate", "--verbosity", "0")
    return address


def _run(address: str, *arguments: str) -> str:
    return _python(address, "-m", "bench.segments.sql", *arguments)


def _python(address: str, *arguments: str) -> str:
    environment = os.environ | {
        "DATABASE_URL": address,
        "DJANGO_SETTINGS_MODULE": "regulars.config.settings",
    }
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=LONGEST_SECONDS,
    )
    return done.stdout
