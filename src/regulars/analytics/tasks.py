"""The shop's figures: all of them every night and when somebody asks, those of the touched each minute.

The heavy libraries are loaded by the worker when there is something to reckon, never by a web process.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from procrastinate import JobContext, exceptions
from procrastinate.contrib.django import app

from regulars.analytics import queries, services
from regulars.analytics.models import MAKE_FIGURES
from regulars.commerce import queries as commerce
from regulars.customers import queries as customers
from regulars.events import queries as marks
from regulars.kit import clock
from regulars.kit.schedules import Daily, Every, Schedule
from regulars.team import queries as team

FRESH = timedelta(hours=3)
"""The first figures are asked for when the shop is filled; on the first start the schedule is due as well."""
PAUSE = timedelta(minutes=10)
"""While much comes in, everybody is not reckoned more often."""


@dataclass(frozen=True)
class ShopDaily:
    """Once a day at a time of the shop's calendar, in the zone that is its own when it is asked."""

    at: time

    def next_after(self, moment: datetime) -> datetime:
        return Daily(self.at, team.shop().timezone).next_after(moment)


@app.task(name=MAKE_FIGURES, queueing_lock=MAKE_FIGURES, lock=MAKE_FIGURES, pass_context=True)
def make_figures(context: JobContext | None = None) -> None:
    """Make the figures of the shop as it stands now; asked for by `services.request_figures`.

    A worker that is told to stop leaves it to the next one.
    """
    from regulars.analytics.compute.apart import make_figures_apart

    stop = context.should_abort if context else lambda: False
    if not make_figures_apart(clock.now(), enough=stop):
        services.request_figures()
        raise exceptions.JobAborted


def request_figures(now: datetime, limit: int) -> int:
    """Have the nightly figures made, unless they are under way or were made just now."""
    return _request(now, FRESH)


def refresh_touched(now: datetime, limit: int) -> int:
    """Refresh the customers who changed since the last minute; 1 if there were any."""
    if not marks.touched_profiles(1):
        return 0
    from regulars.analytics.compute import touched_run

    outcome = touched_run.refresh_touched(now)
    if outcome == "everybody":
        return _request(now, PAUSE)
    return int(outcome == "done")


def _request(now: datetime, pause: timedelta) -> int:
    fresh = queries.is_audit_made_since(now - pause)
    nobody = not commerce.any_orders() and not customers.any_customers()
    if fresh or nobody or queries.figures_work() == "making":
        return 0
    services.request_figures()
    return 1


SCHEDULES = [
    Schedule(name="analytics.figures", cadence=ShopDaily(time(3, 30)), run=request_figures),
    Schedule(name="analytics.touched", cadence=Every(1), run=refresh_touched),
]
