"""How quickly events come in over HTTP, stored and consumed, against what the machine could do at best."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from statistics import median
from typing import Any

from bench.figure import Figure
from bench.ingest import shop
from bench.ingest.shop import Shop
from bench.processes import ROOT, versions

KEYS = ("ingest.copy_ratio", "ingest.single_ratio")
CONNECTIONS = 16
BATCH = 500
BATCH_SECONDS, SINGLE_SECONDS, WARM_SECONDS = 8, 5, 2
ROUNDS = 3
"""Both sides take turns, so that whatever else the machine does touches both alike."""
CONSUMED_SECONDS_MAX = 60


def figures(keys: list[str]) -> Iterator[Figure]:
    for key in keys:
        with shop.running() as running:
            yield _copy_ratio(running) if key == "ingest.copy_ratio" else _single_ratio(running)


def _copy_ratio(shop: Shop) -> Figure:
    """Events a second from the first call until the last was handled, against COPY of the same rows."""
    _load(shop, "/v1/batch", BATCH, WARM_SECONDS)
    _inside(shop, "copy")
    rounds = []
    for _ in range(ROUNDS):
        consumed = _consumed(shop)
        count, seconds = _inside(shop, "copy").split()
        rounds.append(consumed | {"copy": int(count) / float(seconds)})
    ratios = [one["consumed"] / one["copy"] for one in rounds]
    detail = {
        "rounds": [{name: round(value) for name, value in one.items()} for one in rounds],
        "connections": CONNECTIONS,
        "batch": BATCH,
    }
    return Figure("ingest.copy_ratio", median(ratios), 0.05, "higher", detail | _machine())


def _consumed(shop: Shop) -> dict[str, float]:
    """Events a second: answered, and handled by a consumer."""
    command = [sys.executable, "-m", "bench.ingest.inside", "consume"]
    with subprocess.Popen(
        command, cwd=ROOT, env=shop.environment, stdout=subprocess.PIPE, text=True
    ) as consumer:
        try:
            lines = consumer.stdout
            if lines is None:
                raise RuntimeError("the consumer says nothing")
            lines.readline()  # it stands at the end of the log
            started = time.time()
            told = _load(shop, "/v1/batch", BATCH, BATCH_SECONDS)
            seen, at = 0, started
            while seen < told["calls"] * BATCH:
                count, moment = lines.readline().split()
                seen, at = int(count), float(moment)
                if at - started > BATCH_SECONDS + CONSUMED_SECONDS_MAX:
                    raise RuntimeError(f"{seen} of {told['calls'] * BATCH} events were consumed")
        finally:
            consumer.terminate()
    return {"answered": told["a_second"] * BATCH, "consumed": seen / (at - started)}


def _single_ratio(shop: Shop) -> Figure:
    """Calls a second with one event each, against calls of the same size that need no database.

    The other side is a batch without items: it goes through the same door (key, limit, body) and is
    answered at once. What the server does with a call that it only reads is in the detail ("bare").
    """
    _load(shop, "/v1/batch", BATCH, WARM_SECONDS)  # so that the customers are known, as most are in a shop
    sides = {"track": ("/v1/track", 1), "empty": ("/v1/batch", 0), "bare": ("/v1/m", 1)}
    for path, items in sides.values():
        _load(shop, path, items, WARM_SECONDS)
    rounds = [
        {name: _load(shop, path, items, SINGLE_SECONDS) for name, (path, items) in sides.items()}
        for _ in range(ROUNDS)
    ]
    detail = {
        "rounds": [
            {name: {key: round(value, 2) for key, value in told.items()} for name, told in one.items()}
            for one in rounds
        ],
        "of_bare": round(median(_ratio(one, "bare") for one in rounds), 3),
        "connections": CONNECTIONS,
    }
    ratio = median(_ratio(one, "empty") for one in rounds)
    return Figure("ingest.single_ratio", ratio, 0.4, "higher", detail | _machine())


def _ratio(one: dict[str, dict[str, float]], other: str) -> float:
    return one["track"]["a_second"] / one[other]["a_second"]


def _load(shop: Shop, path: str, items: int, seconds: float) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.ingest.load", str(shop.port), str(CONNECTIONS), str(seconds)]
    told: dict[str, float] = json.loads(shop.run([*command, path, shop.key, str(items)]))
    return told


def _inside(shop: Shop, *command: str) -> str:
    return shop.run([sys.executable, "-m", "bench.ingest.inside", *command])


def _machine() -> dict[str, Any]:
    return {"cores": os.cpu_count(), "versions": versions("granian", "msgspec", "psycopg")}
