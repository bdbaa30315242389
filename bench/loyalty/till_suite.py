"""How evenly a server quotes while tills sell: 60 s of a shop's traffic, with its worker beside."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from bench.figure import Figure
from bench.ingest import shop
from bench.ingest.shop import Shop
from bench.processes import ROOT, versions

KEYS = ("till.p99_ratio",)
CUSTOMERS = int(os.environ.get("BENCH_TILL_CUSTOMERS", "1000000"))
SECONDS = float(os.environ.get("BENCH_TILL_SECONDS", "60"))
"""Fewer for a quick look; the figure that counts is of a million and a minute."""
WARM_SECONDS = 5
TILLS = 16


def figures(_keys: list[str]) -> Iterator[Figure]:
    with shop.running() as running:
        key = running.run([sys.executable, "-m", "bench.loyalty.till_fill", str(CUSTOMERS)]).strip()
        with _working(running):
            _load(running, key, WARM_SECONDS)
            told = _load(running, key, SECONDS)
        books = json.loads(running.run([sys.executable, "-m", "bench.loyalty.books"]))["result"]
    if told["errors"] or books["findings"]:
        raise RuntimeError(f"{told['errors']} calls failed: {told['wrong']}; the books: {books}")
    quotes = told["took"]["quote"]
    detail = {
        "took": told["took"],
        "books": books,
        "customers": CUSTOMERS,
        "tills": TILLS,
        "seconds": SECONDS,
        "cores": os.cpu_count(),
        "versions": versions("granian", "django-ninja", "psycopg"),
    }
    yield Figure(KEYS[0], quotes["p99_ms"] / quotes["p50_ms"], 5, "lower", detail)


@contextlib.contextmanager
def _working(shop: Shop) -> Iterator[None]:
    """With the worker that has orders earn."""
    worker = subprocess.Popen([sys.executable, "-m", "regulars", "worker"], cwd=ROOT, env=shop.environment)
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(60)


def _load(shop: Shop, key: str, seconds: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.loyalty.till_load", str(shop.port), str(TILLS)]
    told: dict[str, Any] = json.loads(shop.run([*command, str(seconds), key, str(CUSTOMERS)]))
    return told
