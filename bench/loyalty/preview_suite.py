"""How much longer a programme takes to be replayed over a year than its orders take to be read."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator

from bench.events.suite import server
from bench.figure import Figure
from bench.processes import LONGEST_SECONDS, ROOT, middle, run, told, versions

KEYS = ("programme.preview_ratio",)
ORDERS = int(os.environ.get("BENCH_LOYALTY_PREVIEW_ORDERS", "1000000"))
"""Of the last twelve months; fewer for a quick look."""
TIMES = 3


def figures(keys: list[str]) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="regulars-bench-") as home, server():
        os.environ["REGULARS_HOME"] = home
        try:
            yield _preview(KEYS[0])
        finally:
            del os.environ["REGULARS_HOME"]


def _preview(key: str) -> Figure:
    fill = [sys.executable, "-m", "bench.loyalty.preview_fill", str(ORDERS * 3 // 2)]
    subprocess.run(fill, cwd=ROOT, check=True, timeout=LONGEST_SECONDS)
    ours, bare = [], []
    for _ in range(TIMES):  # in turns: whatever else the machine does touches both alike
        ours.append(run("bench.loyalty.preview_ours"))
        bare.append(run("bench.loyalty.preview_bare"))
    results = {(one.result["orders"], one.result["revenue"]) for one in (*ours, *bare)}
    if len(results) != 1:
        raise RuntimeError(f"the two sides saw different orders: {sorted(results)}")
    detail = {
        "orders": results.pop()[0],
        "ours": told(ours),
        "bare": told(bare),
        "cores": os.cpu_count(),
        "versions": versions("duckdb", "pyarrow"),
    }
    return Figure(key, middle(ours) / middle(bare), 20, "lower", detail)
