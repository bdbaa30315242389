"""Runs one side of a comparison in a process of its own and takes its time and memory."""

from __future__ import annotations

import json
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LONGEST_SECONDS = 1800
KIB_PER_GIB = 1024**2


@dataclass(frozen=True)
class Run:
    """`seconds` of the measured call alone, without start-up and imports; `peak_gib` of the whole process."""

    seconds: float
    peak_gib: float
    result: Any


def measured(call: Callable[[], Any]) -> None:
    """In the process that is measured: make the call and print what it took."""
    started = time.perf_counter()
    result = call()
    seconds = time.perf_counter() - started
    # Helpers of ours count too, if one of them was larger.
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    json.dump({"seconds": seconds, "peak_gib": peak / KIB_PER_GIB, "result": result}, sys.stdout)


def run(module: str, *arguments: str) -> Run:
    """Run `python -m module`, which calls `measured`."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
        timeout=LONGEST_SECONDS,
    )
    return Run(**json.loads(done.stdout))


def middle(runs: list[Run]) -> float:
    return median(run.seconds for run in runs)


def told(runs: list[Run]) -> dict[str, Any]:
    """The measurements of one side, for the detail of a figure."""
    return {
        "seconds": [round(run.seconds, 3) for run in runs],
        "peak_gib": [round(run.peak_gib, 3) for run in runs],
    }


def versions(*packages: str) -> dict[str, str]:
    return {"python": platform.python_version(), **{name: version(name) for name in packages}}
