"""How long after it was accepted an event has been handled."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.processes import LONGEST_SECONDS, ROOT

SECONDS = 20.0
A_SECOND = 300


@contextlib.contextmanager
def beside(module: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A process that says when it is ready, and ends when its input does."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            raise RuntimeError(f"{module} did not begin")
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def result_of(process: subprocess.Popen[str]) -> Any:
    """What it says at its end, which this asks for."""
    said, _nothing = process.communicate("", timeout=LONGEST_SECONDS)
    return json.loads(said.splitlines()[-1])


def measure() -> list[float]:
    """Seconds from the commit of each event to that of its handling, sorted."""
    with beside("bench.events.reader") as reader:
        done = subprocess.run(
            [sys.executable, "-m", "bench.events.writer", str(SECONDS), str(A_SECOND)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            check=True,
            timeout=LONGEST_SECONDS,
        )
        accepted: dict[str, float] = json.loads(done.stdout)
        handled: dict[str, float] = result_of(reader)
    if accepted.keys() != handled.keys():
        raise RuntimeError(f"of {len(accepted)} events {len(handled.keys() & accepted.keys())} were handled")
    return sorted(max(0.0, handled[key] - moment) for key, moment in accepted.items())


def measure_busy(file: Path) -> tuple[list[float], dict[str, int]]:
    """The same while files are brought in and the lake is made; and how often that came round."""
    subprocess.run(
        [sys.executable, "-m", "bench.events.busy", "once", str(file)],
        cwd=ROOT,
        check=True,
        timeout=LONGEST_SECONDS,
    )
    with (
        beside("bench.events.busy", "import", str(file)) as importing,
        beside("bench.events.busy", "figures") as figures,
    ):
        seconds = measure()
        return seconds, {"imports": result_of(importing), "figures": result_of(figures)}


def summary(seconds: list[float]) -> dict[str, float]:
    """Of sorted measurements."""
    return {
        "events": len(seconds),
        **{f"p{p}": round(seconds[len(seconds) * p // 100], 4) for p in (50, 90, 95, 99)},
        "longest": round(seconds[-1], 4),
    }
