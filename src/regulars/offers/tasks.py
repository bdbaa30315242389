"""The worker's part: letting go of what timed out, and making codes that were asked for."""

from __future__ import annotations

from datetime import datetime

from procrastinate import JobContext
from procrastinate.contrib.django import app

from regulars.kit import clock
from regulars.kit.schedules import Every, Schedule
from regulars.offers import services
from regulars.offers.services.bulk import BULK_MAX, FILL


@app.task(name=FILL, pass_context=True)
def fill_now(context: JobContext) -> None:
    """Make the codes that were asked for. Asked for by `services`."""
    services.fill_codes(now=clock.now(), limit=BULK_MAX, enough=context.should_abort)


def fill_codes(now: datetime, limit: int) -> int:
    """Have codes made that a job has not made, such as one whose worker died."""
    return services.go_on_filling()


def time_out(now: datetime, limit: int) -> int:
    """Let go of uses nobody came back for."""
    return services.time_out(now=now, limit=limit)


def forget_price_lists(now: datetime, limit: int) -> int:
    """Throw away lists of prices that no offer goes by."""
    return services.forget_price_lists(now=now, limit=limit)


SCHEDULES = [
    Schedule(name="offers.time_out", cadence=Every(minutes=1), run=time_out),
    Schedule(name="offers.fill_codes", cadence=Every(minutes=1), run=fill_codes),
    Schedule(
        name="offers.forget_price_lists", cadence=Every(minutes=60), run=forget_price_lists, limit=5_000
    ),
]
