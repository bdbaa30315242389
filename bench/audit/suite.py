"""The figures of the audit's speed and memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.audit.compare import differences
from bench.audit.generate import Ids, orders_file
from bench.audit.ours import NO_GROWTH_POINTS
from bench.figure import Figure
from bench.processes import Run, middle, run, told, versions

KEYS = ("audit.scan_ratio", "audit.peak_gib", "audit.pandas_ratio")
ORDERS, CUSTOMERS = 10_000_000, 1_000_000
SHAPES: tuple[Ids, ...] = ("text", "integer")
"""Ids as text and as numbers: reading either costs differently. A figure is that of the worse one."""
TIMES = 3
OURS = ["bench.audit.ours"]
Runs = dict[Ids, list[Run]]
DATA = Path(__file__).resolve().parent.parent / "data"


def figures(keys: list[str]) -> Iterator[Figure]:
    files = {ids: orders_file(DATA, orders=ORDERS, customers=CUSTOMERS, ids=ids) for ids in SHAPES}
    if KEYS[0] in keys or KEYS[1] in keys:
        ours, bare = _both(files, OURS, ["bench.audit.bare_pass"])
        if KEYS[0] in keys:
            ratios = {ids: middle(ours[ids]) / middle(bare[ids]) for ids in SHAPES}
            detail = {ids: {"ours": told(ours[ids]), "bare_pass": told(bare[ids])} for ids in SHAPES}
            yield Figure(KEYS[0], max(ratios.values()), 15, "lower", {**_sizes(files), **detail})
        if KEYS[1] in keys:
            peak = max(run.peak_gib for runs in ours.values() for run in runs)
            detail = {ids: told(ours[ids]) for ids in SHAPES}
            yield Figure(KEYS[1], peak, 3, "lower", {**_sizes(files), **detail})
    if KEYS[2] in keys:
        # The peer makes no growth points, so neither do we here.
        ours, peer = _both(files, [*OURS, NO_GROWTH_POINTS], ["bench.peers.audit_pandas"])
        for ids in SHAPES:
            if wrong := differences(ours[ids][0].result, peer[ids][0].result):
                raise RuntimeError(f"pandas and we differ on {', '.join(wrong)}")
        ratios = {ids: middle(peer[ids]) / middle(ours[ids]) for ids in SHAPES}
        detail = {ids: {"ours": told(ours[ids]), "pandas": told(peer[ids])} for ids in SHAPES}
        yield Figure(KEYS[2], min(ratios.values()), 3, "higher", {**_sizes(files), **detail})


def _both(files: dict[Ids, Path], ours: list[str], other: list[str]) -> tuple[Runs, Runs]:
    """Both sides by turns, so that what else the machine does falls on both."""
    found: tuple[Runs, Runs] = {ids: [] for ids in files}, {ids: [] for ids in files}
    for _ in range(TIMES):
        for ids, path in files.items():
            for runs, (module, *arguments) in zip(found, (ours, other), strict=True):
                runs[ids].append(run(module, str(path), *arguments))
    return found


def _sizes(files: dict[Ids, Path]) -> dict[str, Any]:
    return {
        "orders": ORDERS,
        "customers": CUSTOMERS,
        "file_bytes": {ids: path.stat().st_size for ids, path in files.items()},
        "cores": os.cpu_count(),
        "versions": versions("duckdb", "ibis-framework", "pandas", "pyarrow", "numpy"),
    }
