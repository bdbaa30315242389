"""How fast customers of an import become one with those who are known already."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

from bench.events.suite import server
from bench.figure import Figure
from bench.processes import LONGEST_SECONDS, ROOT, middle, run, told, versions

KEYS = ("people.merge_ratio",)
CUSTOMERS = int(os.environ.get("BENCH_PEOPLE", "100_000"))
TIMES = 3


def figures(keys: list[str]) -> Iterator[Figure]:
    if KEYS[0] in keys:
        with server():
            yield _merging()


def _merging() -> Figure:
    ours, bare = [], []
    for turn in range(TIMES):
        fill = [sys.executable, "-m", "bench.people.fill", str(CUSTOMERS), str(turn)]
        subprocess.run(fill, cwd=ROOT, check=True, timeout=LONGEST_SECONDS)
        bare.append(run("bench.people.bare", str(turn)))
        ours.append(run("bench.people.ours", str(turn)))
    if any(one.result != CUSTOMERS for one in (*ours, *bare)):
        raise RuntimeError(f"not all became one: {[one.result for one in (*ours, *bare)]}")
    detail = {
        "merges": CUSTOMERS,
        "merges_a_second": round(CUSTOMERS / middle(ours)),
        "ours": told(ours),
        "update": told(bare),
        "cores": os.cpu_count(),
        "versions": versions("psycopg", "django"),
    }
    return Figure(KEYS[0], middle(bare) / middle(ours), 0.05, "higher", detail)
