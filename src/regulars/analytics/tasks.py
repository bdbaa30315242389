"""The audit of the shop: every night, and when somebody asks for it.

The heavy libraries are loaded by the worker when an audit begins, never by a web process.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.conf import settings
from procrastinate.contrib.django import app

from regulars.analytics import queries, services
from regulars.analytics.errors import InputError
from regulars.analytics.models import MAKE_FIGURES
from regulars.analytics.progress import Silent
from regulars.commerce import queries as commerce
from regulars.kit import clock
from regulars.kit.schedules import Daily, Schedule

TIMEZONE = "Europe/Moscow"
"""The shop's zone."""
FRESH = timedelta(hours=3)
"""The first audit is asked for when the shop is filled; on the first start the schedule is due as well."""


@app.task(name=MAKE_FIGURES, queueing_lock=MAKE_FIGURES)
def make_audit() -> None:
    """Audit the shop as it stands now and keep the result; a shop without orders has none.

    Asked for by `services.request_audit`.
    """
    from regulars.analytics.compute.audit import AuditOptions
    from regulars.analytics.compute.charts import draw_charts
    from regulars.analytics.compute.shop import audit_shop

    options = AuditOptions(timezone=TIMEZONE, now=clock.now())
    try:
        made = audit_shop(options=options, progress=Silent())
    except InputError as error:
        if error.code != "no_orders":
            raise
        return
    charts = {language: draw_charts(made, language) for language, _ in settings.LANGUAGES}
    services.keep_audit(audit=made, charts=charts)


def request_audit(now: datetime, limit: int) -> int:
    """Have the nightly audit made, unless one is under way or was made just now; it is one at most."""
    fresh = queries.is_audit_made_since(now - FRESH)
    if fresh or queries.audit_work() == "making" or not commerce.any_orders():
        return 0
    services.request_audit()
    return 1


SCHEDULES = [
    Schedule(name="analytics.audit", cadence=Daily(at=time(3, 30), zone=TIMEZONE), run=request_audit)
]
