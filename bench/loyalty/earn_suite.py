"""How many orders a second earn by a whole programme, against one of a single cashback rule."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

from bench.events.suite import server
from bench.figure import Figure
from bench.processes import LONGEST_SECONDS, ROOT, Run, run, told, versions

KEYS = ("programme.earn_ratio",)
ORDERS = int(os.environ.get("BENCH_EARN_ORDERS", "1000000"))
"""By the whole programme; by the plain one a quarter of them. Fewer for a quick look."""
AT_ONCE = 500
TIMES = 4
"""In turns, so that whatever else the machine does touches both alike."""


def figures(_keys: list[str]) -> Iterator[Figure]:
    rich = max(TIMES, ORDERS // TIMES)
    plain = max(TIMES, rich // 4)
    sides: dict[str, list[Run]] = {"plain": [], "rich": []}
    with server():
        subprocess.run(
            [sys.executable, "-m", "bench.loyalty.earn_fill", str(TIMES * plain), str(TIMES * rich)],
            cwd=ROOT,
            check=True,
            timeout=LONGEST_SECONDS,
        )
        for turn in range(TIMES):
            for side, orders in (("plain", plain), ("rich", rich)):
                done = run("bench.loyalty.earn_settle", side, str(turn * orders), str(orders), str(AT_ONCE))
                if done.result["orders"] != orders or not done.result["points"]:
                    raise RuntimeError(f"of {orders} orders {done.result} earned")
                sides[side].append(done)
    seconds = {side: sum(one.seconds for one in runs) for side, runs in sides.items()}
    a_second = {"plain": TIMES * plain / seconds["plain"], "rich": TIMES * rich / seconds["rich"]}
    detail = {
        "orders": TIMES * rich,
        "at_once": AT_ONCE,
        "orders_per_s": {side: round(value) for side, value in a_second.items()},
        **{side: told(runs) for side, runs in sides.items()},
        "cores": os.cpu_count(),
        "versions": versions("psycopg", "django"),
    }
    yield Figure(KEYS[0], a_second["rich"] / a_second["plain"], 0.3, "higher", detail)
