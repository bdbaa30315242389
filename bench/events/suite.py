"""The figures of the log: how soon what happens is handled, and how fast a long log is read."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.events.latency import A_SECOND, SECONDS, measure, measure_busy, summary
from bench.figure import Figure
from bench.imports.generate import orders_file
from bench.processes import LONGEST_SECONDS, ROOT, middle, run, told, versions
from regulars.config.local.postgres import EmbeddedPostgres

KEYS = ("events.latency_s", "events.latency_busy_s", "events.consume_ratio")
EVENTS = 1_000_000
TIMES = 3
DATA = Path(__file__).resolve().parent.parent / "data"


def figures(keys: list[str]) -> Iterator[Figure]:
    if KEYS[0] in keys or KEYS[1] in keys:
        with server():
            _run("regulars", "manage", "migrate", "--verbosity", "0")
            if KEYS[0] in keys:
                yield _latency(KEYS[0], 0.1, measure(), {})
            if KEYS[1] in keys:
                seconds, beside = measure_busy(orders_file(DATA))
                yield _latency(KEYS[1], 0.3, seconds, {"beside": beside})
    if KEYS[2] in keys:
        with server():
            yield _consuming()


def _latency(key: str, target: float, seconds: list[float], more: dict[str, object]) -> Figure:
    detail = {"a_second": A_SECOND, "during_s": SECONDS, **summary(seconds), **more, **_machine()}
    return Figure(key, summary(seconds)["p95"], target, "lower", detail)


def _consuming() -> Figure:
    _run("bench.events.fill", str(EVENTS))
    ours, bare = [], []
    for _ in range(TIMES):  # in turns: whatever else the machine does touches both alike
        ours.append(run("bench.events.drain"))
        bare.append(run("bench.events.statement"))
    results = [one.result for one in (*ours, *bare)]
    if any(result != results[0] for result in results):
        raise RuntimeError(f"the two sides counted differently: {results}")
    detail = {"events": EVENTS, "ours": told(ours), "statement": told(bare), **_machine()}
    return Figure(KEYS[2], middle(bare) / middle(ours), 0.1, "higher", detail)


@contextlib.contextmanager
def server() -> Iterator[None]:
    """A database of the benchmark's own, found by the processes it starts."""
    with tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder:
        server = EmbeddedPostgres(Path(folder))
        server.start()
        os.environ["DATABASE_URL"] = server.url("regulars")
        os.environ["DJANGO_SETTINGS_MODULE"] = "regulars.config.settings"
        try:
            yield
        finally:
            del os.environ["DATABASE_URL"]
            server.stop()


def _run(*module_and_arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", *module_and_arguments], cwd=ROOT, check=True, timeout=LONGEST_SECONDS
    )


def _machine() -> dict[str, object]:
    return {"cores": os.cpu_count(), "versions": versions("psycopg", "django")}
