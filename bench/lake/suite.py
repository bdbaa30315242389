"""The figure of the lake's speed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure
from bench.processes import LONGEST_SECONDS, ROOT, middle, run, told, versions
from regulars.config.local.postgres import EmbeddedPostgres

KEYS = ("lake.adbc_ratio",)
LINES = 2_000_000
TIMES = 3


def figures(keys: list[str]) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder:
        server = EmbeddedPostgres(Path(folder), quick=True)
        server.start()
        os.environ["DATABASE_URL"] = server.url("regulars")
        os.environ["DJANGO_SETTINGS_MODULE"] = "regulars.config.settings"
        try:
            subprocess.run(
                [sys.executable, "-m", "bench.lake.fill", str(LINES)],
                cwd=ROOT,
                check=True,
                timeout=LONGEST_SECONDS,
            )
            ours, bare = [], []
            for _ in range(TIMES):  # in turns: whatever else the machine does touches both alike
                ours.append(run("bench.lake.ours"))
                bare.append(run("bench.lake.bare"))
        finally:
            del os.environ["DATABASE_URL"]
            server.stop()
    rows = {one.result for one in (*ours, *bare)}
    if len(rows) != 1:
        raise RuntimeError(f"the two sides read different numbers of rows: {sorted(rows)}")
    detail = {
        "rows": rows.pop(),
        "ours": told(ours),
        "bare_adbc": told(bare),
        "cores": os.cpu_count(),
        "versions": versions("duckdb", "pyarrow", "adbc-driver-postgresql"),
    }
    yield Figure(KEYS[0], middle(bare) / middle(ours), 0.7, "higher", detail)
