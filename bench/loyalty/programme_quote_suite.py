"""How many carts a server quotes by a whole programme with coupons, against how many balances it reads."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from statistics import median

from bench.figure import Figure
from bench.ingest import shop
from bench.ingest.shop import Shop
from bench.loyalty.earn_programmes import COUPONS
from bench.processes import versions

KEYS = ("programme.quote_ratio",)
CUSTOMERS = int(os.environ.get("BENCH_QUOTE_CUSTOMERS", "100000"))
CONNECTIONS = 16
SECONDS, WARM_SECONDS = 6, 2
ROUNDS = 3
"""Both sides take turns, so that whatever else the machine does touches both alike."""
SIDES = ("quote", "balance")


def figures(_keys: list[str]) -> Iterator[Figure]:
    with shop.running() as running:
        fill = [sys.executable, "-m", "bench.loyalty.programme_quote_fill", str(CUSTOMERS)]
        key = running.run(fill).strip()
        for side in SIDES:
            _load(running, side, key, WARM_SECONDS)
        rounds = [{side: _load(running, side, key, SECONDS) for side in SIDES} for _ in range(ROUNDS)]
    detail = {
        "rounds": [
            {side: {name: round(value, 2) for name, value in told.items()} for side, told in one.items()}
            for one in rounds
        ],
        "customers": CUSTOMERS,
        "connections": CONNECTIONS,
        "cores": os.cpu_count(),
        "versions": versions("granian", "django-ninja", "psycopg"),
    }
    ratio = median(one["quote"]["a_second"] / one["balance"]["a_second"] for one in rounds)
    yield Figure(KEYS[0], ratio, 0.25, "higher", detail)


def _load(shop: Shop, side: str, key: str, seconds: float) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.loyalty.quote_load", str(shop.port), str(CONNECTIONS)]
    asked = [*command, str(seconds), side, key, str(CUSTOMERS), *COUPONS]
    told: dict[str, float] = json.loads(shop.run(asked))
    return told
