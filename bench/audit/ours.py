"""Our side: the whole audit of a file, from opening it to the document."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings

GROWTH = "Looking for growth points"
AFTER_GROWTH = "Comparing with the period before"


class Stopwatch:
    """Takes the time the growth points took."""

    def __init__(self) -> None:
        self._began = 0.0
        self.seconds = 0.0

    def step(self, text: str, done: float | None = None) -> None:
        if text == GROWTH:  # said again as the work goes on
            self._began = self._began or time.perf_counter()
        if text == AFTER_GROWTH:
            self.seconds = time.perf_counter() - self._began


def main(path: Path) -> None:
    settings.configure(USE_I18N=False)
    from bench.processes import measured
    from regulars.analytics.compute.audit import AuditOptions, run_audit

    def audit() -> dict[str, Any]:
        watch = Stopwatch()
        found = run_audit(
            orders=[path], costs=None, options=AuditOptions(timezone="Europe/Moscow"), progress=watch
        )
        return {"figures": msgspec.to_builtins(found), "growth_seconds": watch.seconds}

    measured(audit)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
