"""How soon and how cheaply segments are kept true."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

from bench.events.latency import beside, result_of, summary
from bench.events.suite import server
from bench.figure import Figure
from bench.processes import LONGEST_SECONDS, ROOT, run, versions

KEYS = ("segments.latency_s", "segments.latency_busy_s", "segments.day_ratio")
LATENCY_CUSTOMERS = 200_000
DAY_CUSTOMERS = int(os.environ.get("BENCH_SEGMENTS_CUSTOMERS", "1000000"))
"""Fewer for a quick look; the figure that counts is of a million."""
SECONDS = 20
A_SECOND = 300


def figures(keys: list[str]) -> Iterator[Figure]:
    if KEYS[0] in keys or KEYS[1] in keys:
        with server():
            _run("bench.segments.living", str(LATENCY_CUSTOMERS))
            if KEYS[0] in keys:
                yield _latency(KEYS[0], 0.5, 0, {})
            if KEYS[1] in keys:
                with beside("bench.segments.busy") as building:
                    seconds = _measure(SECONDS * A_SECOND)
                    built = result_of(building)
                yield _as_figure(KEYS[1], 1.0, seconds, {"built_beside": built})
    if KEYS[2] in keys:
        with server():
            _run("bench.segments.living", str(DAY_CUSTOMERS))
            yield _day()


def _latency(key: str, target: float, first: int, more: dict[str, object]) -> Figure:
    return _as_figure(key, target, _measure(first), more)


def _as_figure(key: str, target: float, seconds: list[float], more: dict[str, object]) -> Figure:
    detail = {"a_second": A_SECOND, "during_s": SECONDS, "customers": LATENCY_CUSTOMERS, "segments": 20}
    found = summary(seconds)
    return Figure(key, found["p95"], target, "lower", {**detail, **found, **more, **_machine()})


def _measure(first: int) -> list[float]:
    """Seconds from the commit of each event to that of the membership it makes, sorted."""
    with beside("bench.segments.reader") as reader:
        arguments = [str(SECONDS), str(A_SECOND), str(LATENCY_CUSTOMERS), str(first)]
        done = subprocess.run(
            [sys.executable, "-m", "bench.segments.writer", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            check=True,
            timeout=LONGEST_SECONDS,
        )
        accepted: dict[str, float] = json.loads(done.stdout)
        looked_at: dict[str, float] = result_of(reader)
    missing = accepted.keys() - looked_at.keys()
    if missing:
        raise RuntimeError(f"of {len(accepted)} events {len(missing)} were not looked at")
    return sorted(max(0.0, looked_at[key] - moment) for key, moment in accepted.items())


def _day() -> Figure:
    found = run("bench.segments.day").result
    if found["wrong"]:
        raise RuntimeError(f"{found['wrong']} are not in the segments they should be in")
    full, ticks, drains = (sum(found[name]) for name in ("full_s", "ticks_s", "drains_s"))
    detail = {
        "customers": DAY_CUSTOMERS,
        "segments": 20,
        "full_s": round(full, 2),
        "ticks_s": round(ticks, 2),
        "longest_tick_s": round(max(found["ticks_s"]), 2),
        "events_s": round(drains, 2),
        "scored_anew": found["scored"],
        "members": found["members"],
        **_machine(),
    }
    return Figure(KEYS[2], (ticks + drains) / full, 0.3, "lower", detail)


def _run(*module_and_arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", *module_and_arguments], cwd=ROOT, check=True, timeout=LONGEST_SECONDS
    )


def _machine() -> dict[str, object]:
    return {"cores": os.cpu_count(), "versions": versions("psycopg", "django")}
