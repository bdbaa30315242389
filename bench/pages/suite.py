"""How pages grow with the shop: each at a million customers against ten thousand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import psycopg

from bench.figure import Figure
from bench.processes import LONGEST_SECONDS, ROOT, versions
from regulars.config.local.postgres import EmbeddedPostgres

KEYS = ("pages.growth_ratio",)
SMALL, LARGE = 10_000, 1_000_000
ROUNDS = 3
"""The two shops take turns, so that whatever else the machine does touches both alike."""


def figures(keys: list[str]) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder:
        server = EmbeddedPostgres(Path(folder), quick=True)
        server.start()
        try:
            shops = {size: _shop(server, size) for size in (SMALL, LARGE)}
            rounds = [
                {size: json.loads(_measure(address, "time")) for size, address in shops.items()}
                for _ in range(ROUNDS)
            ]
        finally:
            server.stop()
    pages = {
        name: {size: median(told[size][name] for told in rounds) for size in shops}
        for name in rounds[0][SMALL]
    }
    ratios = {name: seconds[LARGE] / seconds[SMALL] for name, seconds in pages.items()}
    detail = {
        "customers": [SMALL, LARGE],
        "pages": {
            name: {
                "ratio": round(ratios[name], 2),
                "milliseconds": [round(seconds[size] * 1000, 1) for size in (SMALL, LARGE)],
            }
            for name, seconds in pages.items()
        },
        "slowest": round(max(ratios.values()), 2),
        "cores": os.cpu_count(),
        "versions": versions("django", "psycopg"),
    }
    yield Figure(KEYS[0], median(ratios.values()), 2, "lower", detail)


def _shop(server: EmbeddedPostgres, size: int) -> str:
    """A database of its own, filled; gives its address."""
    address = server.url("regulars")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            f"CREATE DATABASE pages_{size} TEMPLATE template0 ENCODING 'UTF8' "
            "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
        )
    parts = urlsplit(address)
    own = parts._replace(path=f"/pages_{size}").geturl()
    _measure(own, "fill", str(size))
    return own


def _measure(address: str, *arguments: str) -> str:
    environment = os.environ | {
        "DATABASE_URL": address,
        "DJANGO_SETTINGS_MODULE": "regulars.config.settings",
        "REGULARS_HOSTS": "testserver",
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench.pages.measure", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=LONGEST_SECONDS,
    )
    return done.stdout
