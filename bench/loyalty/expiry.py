"""How fast points expire, against a bare UPDATE of as many rows."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

from bench.events.suite import server
from bench.figure import Figure
from bench.processes import LONGEST_SECONDS, ROOT, run, versions

KEYS = ("ledger.expiry_ratio",)
LOTS = int(os.environ.get("BENCH_EXPIRY_LOTS", "1000000"))
"""Fewer for a quick look; the figure that counts is of a million, of half as many customers."""


def figures(keys: list[str]) -> Iterator[Figure]:
    if KEYS[0] in keys:
        with server():
            fill = [sys.executable, "-m", "bench.loyalty.expiry_fill", str(LOTS)]
            subprocess.run(fill, cwd=ROOT, check=True, timeout=LONGEST_SECONDS)
            bare = run("bench.loyalty.expiry_bare")
            ours = run("bench.loyalty.expiry_run")
        if bare.result != LOTS:
            raise RuntimeError(f"the statement changed {bare.result} rows of {LOTS}")
        detail = {
            "lots": LOTS,
            "customers": LOTS // 2,
            "ours_s": round(ours.seconds, 2),
            "ours_a_second": round(LOTS / ours.seconds),
            "bare_s": round(bare.seconds, 2),
            "bare_a_second": round(LOTS / bare.seconds),
            "cores": os.cpu_count(),
            "versions": versions("psycopg", "django"),
        }
        yield Figure(KEYS[0], bare.seconds / ours.seconds, 0.08, "higher", detail)
