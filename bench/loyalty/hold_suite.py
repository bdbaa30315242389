"""How many holds are made and captured, against what the database does in its own benchmark."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from statistics import median

from psycopg.conninfo import conninfo_to_dict

from bench.events.suite import server
from bench.figure import Figure
from bench.processes import LONGEST_SECONDS, ROOT, run, versions
from regulars.config.local import account, places

KEYS = ("ledger.hold_capture_ratio",)
CUSTOMERS = int(os.environ.get("BENCH_LOYALTY_HOLDERS", "100000"))
SECONDS = float(os.environ.get("BENCH_LOYALTY_HOLD_SECONDS", "15"))
"""Fewer of both for a quick look."""
TIMES = 3
CLIENTS = 16
PROCESSES = 2
"""On either side: pgbench's threads, and our processes, as web servers on two cores have them."""
SCALE = 10
"""Of pgbench: a million accounts. With -N its clients do not wait for each other's branches."""


def figures(keys: list[str]) -> Iterator[Figure]:
    with server():
        yield _pairs(KEYS[0])


def _pairs(key: str) -> Figure:
    subprocess.run(
        [sys.executable, "-m", "bench.loyalty.hold_fill", str(CUSTOMERS)],
        cwd=ROOT,
        check=True,
        timeout=LONGEST_SECONDS,
    )
    _pgbench("-i", "-q", "-s", str(SCALE))
    ours, bare = [], []
    for turn in range(TIMES):  # in turns: whatever else the machine does touches both alike
        ours.append(_hold_and_capture(turn))
        bare.append(_transactions())
    checked = run("bench.loyalty.books").result
    if checked["findings"] or not checked["holds"]:
        raise RuntimeError(f"the books do not agree: {checked}")
    detail = {
        "customers": CUSTOMERS,
        "seconds": SECONDS,
        "connections": CLIENTS,
        "pairs_per_s": [round(one, 1) for one in ours],
        "pgbench_per_s": [round(one, 1) for one in bare],
        "books": checked,
        "cores": os.cpu_count(),
        "versions": versions("psycopg", "django"),
    }
    return Figure(key, median(ours) / median(bare), 0.12, "higher", detail)


def _hold_and_capture(turn: int) -> float:
    """Pairs a second of all processes together."""
    command = [sys.executable, "-m", "bench.loyalty.hold_pairs"]
    tills = [
        subprocess.Popen(
            [*command, f"{turn}.{number}", str(CLIENTS // PROCESSES), str(SECONDS), str(CUSTOMERS)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    for till in tills:
        if till.stdout is None or till.stdout.readline() != "ready\n":
            raise RuntimeError("a till did not come up")
    for till in tills:
        if till.stdin is not None:
            till.stdin.write("\n")
            till.stdin.flush()
    return sum(int(till.communicate(timeout=LONGEST_SECONDS)[0]) for till in tills) / SECONDS


def _transactions() -> float:
    clients = ("-c", str(CLIENTS), "-j", str(PROCESSES))
    said = _pgbench("-N", "-M", "prepared", *clients, "-T", str(round(SECONDS)))
    found = re.search(r"^tps = ([\d.]+)", said, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"pgbench said something else: {said}")
    return float(found[1])


def _pgbench(*arguments: str) -> str:
    address = conninfo_to_dict(os.environ["DATABASE_URL"])
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
    names["dbname"] = "PGDATABASE"
    where = {names[name]: str(value) for name, value in address.items() if name in names}
    program = places.programs(account.for_database()) / "bin" / "pgbench"
    done = subprocess.run(
        [program, *arguments],
        env=os.environ | where,
        capture_output=True,
        text=True,
        check=True,
        timeout=LONGEST_SECONDS,
    )
    return done.stdout
