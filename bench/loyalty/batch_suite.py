"""How much quicker orders earn in batches than one by one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

from bench.events.suite import server
from bench.figure import Figure
from bench.processes import LONGEST_SECONDS, ROOT, middle, run, told, versions

KEYS = ("ledger.batch_ratio",)
ORDERS = int(os.environ.get("BENCH_LOYALTY_ORDERS", "10000"))
"""In batches, each time; fewer for a quick look. One by one it is a tenth of them."""
AT_ONCE = 500
TIMES = 3


def figures(keys: list[str]) -> Iterator[Figure]:
    with server():
        yield _batches(KEYS[0])


def _batches(key: str) -> Figure:
    single = max(1, ORDERS // 10)
    _run("bench.loyalty.batch_fill", str(TIMES * (ORDERS + single)))
    batches, singles = [], []
    for turn in range(TIMES):  # in turns: whatever else the machine does touches both alike
        first = turn * (ORDERS + single)
        batches.append(run("bench.loyalty.batch_settle", str(first), str(ORDERS), str(AT_ONCE)))
        singles.append(run("bench.loyalty.batch_settle", str(first + ORDERS), str(single), "1"))
    for one, orders in (*((b, ORDERS) for b in batches), *((s, single) for s in singles)):
        if one.result["lots"] != orders or not one.result["points"]:
            raise RuntimeError(f"of {orders} orders {one.result} earned")
    in_batches, by_one = ORDERS / middle(batches), single / middle(singles)
    detail = {
        "orders": ORDERS,
        "at_once": AT_ONCE,
        "orders_per_s": round(in_batches),
        "one_by_one_per_s": round(by_one),
        "batches": told(batches),
        "singles": told(singles),
        "cores": os.cpu_count(),
        "versions": versions("psycopg", "django"),
    }
    return Figure(key, in_batches / by_one, 8, "higher", detail)


def _run(*module_and_arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", *module_and_arguments], cwd=ROOT, check=True, timeout=LONGEST_SECONDS
    )
