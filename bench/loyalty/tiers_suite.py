"""How much longer everybody's tier takes through the services than by one hand-written statement."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

from bench.events.suite import server
from bench.figure import Figure
from bench.processes import LONGEST_SECONDS, ROOT, middle, run, told, versions

KEYS = ("programme.tiers_ratio",)
CUSTOMERS = int(os.environ.get("BENCH_TIERS_CUSTOMERS", "1000000"))
"""Fewer for a quick look; the figure that counts is of a million."""
TIMES = 3


def figures(_keys: list[str]) -> Iterator[Figure]:
    with server():
        subprocess.run(
            [sys.executable, "-m", "bench.loyalty.tiers_fill", str(CUSTOMERS)],
            cwd=ROOT,
            check=True,
            timeout=LONGEST_SECONDS,
        )
        ours, bare = [], []
        for turn in range(1, TIMES + 1):  # in turns: whatever else the machine does touches both alike
            ours.append(run("bench.loyalty.tiers_run", str(turn)))
            bare.append(run("bench.loyalty.tiers_bare", str(turn)))
    detail = {
        "customers": CUSTOMERS,
        "persons_per_s": round(CUSTOMERS / middle(ours)),
        "services": told(ours),
        "bare": told(bare),
        "cores": os.cpu_count(),
        "versions": versions("psycopg", "django"),
    }
    yield Figure(KEYS[0], middle(ours) / middle(bare), 2, "lower", detail)
