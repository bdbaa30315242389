"""All lots expire through the schedule, as the worker's tick runs it; at the end the books agree."""

from __future__ import annotations

import django

django.setup()

from django.db import connection  # noqa: E402

from bench.loyalty.expiry_fill import NOW  # noqa: E402
from bench.processes import measured  # noqa: E402
from regulars.loyalty import queries  # noqa: E402
from regulars.loyalty.tasks import SCHEDULES  # noqa: E402

SCHEDULE = next(schedule for schedule in SCHEDULES if schedule.name == "loyalty.run_day")


def main() -> int:
    done = 0
    while (some := SCHEDULE.run(NOW, SCHEDULE.limit)) >= SCHEDULE.limit:
        done += some
    return done + some


def check() -> None:
    """Raises RuntimeError where anything is left, or the books do not agree."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM loyalty_lot WHERE open), (SELECT count(*) FROM loyalty_wallet), "
            "(SELECT count(*) FROM events WHERE name = 'points_expired')"
        )
        left, customers, told = cursor.fetchone()
    checked = queries.verify()
    if left or told != customers or checked.findings:
        raise RuntimeError(f"{left} lots are open, {told} of {customers} were told; {checked.findings}")


if __name__ == "__main__":
    measured(main)
    check()
