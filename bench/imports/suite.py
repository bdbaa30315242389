"""The figure of the import's speed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure
from bench.imports.generate import orders_file
from bench.processes import LONGEST_SECONDS, ROOT, middle, run, told, versions
from regulars.config.local.postgres import EmbeddedPostgres

KEYS = ("import.copy_ratio",)
TIMES = 3
REAL = ROOT.parent / "shared" / "data" / "online-retail-ii-2009-2010" / "online_retail_II_2009-2010.csv"
"""UCI Online Retail II, which is no part of this repository; without it a file of the same shape is made."""
DATA = Path(__file__).resolve().parent.parent / "data"


def figures(keys: list[str]) -> Iterator[Figure]:
    file = REAL if REAL.exists() else orders_file(DATA)
    with (
        tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder,
        tempfile.TemporaryDirectory(prefix="regulars-bench-rows-") as rows,
    ):
        server = EmbeddedPostgres(Path(folder))
        server.start()
        os.environ["DATABASE_URL"] = server.url("regulars")
        os.environ["DJANGO_SETTINGS_MODULE"] = "regulars.config.settings"
        try:
            subprocess.run(
                [sys.executable, "-m", "regulars", "manage", "migrate", "--verbosity", "0"],
                cwd=ROOT,
                check=True,
                timeout=LONGEST_SECONDS,
            )
            run("bench.imports.ours", str(file), rows)  # warms up, and splits the rows
            ours, bare = [], []
            for _ in range(TIMES):  # in turns: whatever else the machine does touches both alike
                ours.append(run("bench.imports.ours", str(file)))
                bare.append(run("bench.imports.bare", rows))
        finally:
            del os.environ["DATABASE_URL"]
            server.stop()
    results = [one.result for one in (*ours, *bare)]
    if any(result != results[0] for result in results):
        raise RuntimeError(f"the two sides wrote different rows: {results}")
    detail = {
        "file": file.name,
        "rows": results[0],
        "ours": told(ours),
        "copy": told(bare),
        "cores": os.cpu_count(),
        "versions": versions("duckdb", "psycopg"),
    }
    yield Figure(KEYS[0], middle(ours) / middle(bare), 4, "lower", detail)
