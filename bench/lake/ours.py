"""Our side: a lake made from nothing, a file for each month, with its manifest and safe on the disk."""

from __future__ import annotations

import tempfile
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402

from bench.processes import measured  # noqa: E402
from regulars.analytics import services  # noqa: E402
from regulars.analytics.compute import lake  # noqa: E402
from regulars.analytics.compute.engine import connection  # noqa: E402
from regulars.analytics.compute.postgres import snapshot  # noqa: E402
from regulars.events import queries as marks  # noqa: E402
from regulars.kit import clock  # noqa: E402


def fill_lake() -> int:
    with connection() as con, snapshot() as shop:
        return lake.bring_up_to_date(con, shop, marks=marks.touched_months(1000), now=clock.now())


def main() -> None:
    services.forget_lake()
    with tempfile.TemporaryDirectory(prefix="regulars-bench-") as home:
        settings.HOME = Path(home)
        measured(fill_lake)


if __name__ == "__main__":
    main()
