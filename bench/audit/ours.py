"""Our side: the whole audit of a file, from opening it to the document."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings

from regulars.analytics.progress import Silent

NO_GROWTH_POINTS = "--no-growth-points"


def main(path: Path, *, growth_points: bool) -> None:
    settings.configure(USE_I18N=False)
    from bench.processes import measured
    from regulars.analytics.compute import audit

    if not growth_points:
        audit.growth_points = lambda *_given, **_named: ([], [])

    def made() -> dict[str, Any]:
        options = audit.AuditOptions(timezone="Europe/Moscow")
        found = audit.run_audit(orders=[path], costs=None, options=options, progress=Silent())
        return msgspec.to_builtins(found)

    measured(made)


if __name__ == "__main__":
    main(Path(sys.argv[1]), growth_points=NO_GROWTH_POINTS not in sys.argv)
