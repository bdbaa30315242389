"""The figures of the audit's speed and memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.audit.compare import differences
from bench.audit.generate import Ids, orders_file
from bench.figure import Figure
from bench.processes import Run, middle, run, told, versions

KEYS = ("audit.scan_ratio", "audit.peak_gib", "audit.pandas_ratio")
ORDERS, CUSTOMERS = 10_000_000, 1_000_000
SHAPES: tuple[Ids, ...] = ("text", "integer")
"""Ids as text and as numbers: reading either costs differently. A figure is that of the worse one."""
TIMES = 3
DATA = Path(__file__).resolve().parent.parent / "data"


def figures(keys: list[str]) -> Iterator[Figure]:
    files = {ids: orders_file(DATA, orders=ORDERS, customers=CUSTOMERS, ids=ids) for ids in SHAPES}
    ours: dict[Ids, list[Run]] = {ids: [] for ids in SHAPES}
    bare: dict[Ids, list[Run]] = {ids: [] for ids in SHAPES}
    for _ in range(TIMES):
        for ids, path in files.items():
            ours[ids].append(run("bench.audit.ours", str(path)))
            bare[ids].append(run("bench.audit.bare_pass", str(path)))
    if KEYS[0] in keys:
        ratios = {ids: middle(ours[ids]) / middle(bare[ids]) for ids in SHAPES}
        detail = {ids: {"ours": told(ours[ids]), "bare_pass": told(bare[ids])} for ids in SHAPES}
        yield Figure(KEYS[0], max(ratios.values()), 15, "lower", {**_sizes(files), **detail})
    if KEYS[1] in keys:
        peak = max(run.peak_gib for runs in ours.values() for run in runs)
        yield Figure(KEYS[1], peak, 3, "lower", {**_sizes(files), **{ids: told(ours[ids]) for ids in SHAPES}})
    if KEYS[2] in keys:
        yield _against_pandas(files, ours)


def _against_pandas(files: dict[Ids, Path], ours: dict[Ids, list[Run]]) -> Figure:
    """The peer makes no growth points, so the time ours took for them is left out on our side."""
    ratios, detail = {}, {}
    for ids, path in files.items():
        peer = [run("bench.peers.audit_pandas", str(path)) for _ in range(TIMES)]
        wrong = differences(ours[ids][0].result["figures"], peer[0].result)
        if wrong:
            raise RuntimeError(f"pandas and we differ on {', '.join(wrong)}")
        same = [Run(r.seconds - r.result["growth_seconds"], r.peak_gib, None) for r in ours[ids]]
        ratios[ids] = middle(peer) / middle(same)
        detail[ids] = {"ours_without_growth_points": told(same), "pandas": told(peer)}
    return Figure(KEYS[2], min(ratios.values()), 3, "higher", {**_sizes(files), **detail})


def _sizes(files: dict[Ids, Path]) -> dict[str, Any]:
    return {
        "orders": ORDERS,
        "customers": CUSTOMERS,
        "file_bytes": {ids: path.stat().st_size for ids, path in files.items()},
        "cores": os.cpu_count(),
        "versions": versions("duckdb", "ibis-framework", "pandas", "pyarrow", "numpy"),
    }
