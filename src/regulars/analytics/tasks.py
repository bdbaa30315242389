"""The audit of the shop: every night, and when somebody asks for it.

The heavy libraries are loaded by the worker when an audit begins, never by a web process.
"""

from __future__ import annotations

from datetime import datetime, time

from django.conf import settings
from procrastinate.contrib.django import app

from regulars.analytics import services
from regulars.analytics.errors import InputError
from regulars.analytics.models import MAKE_AUDIT
from regulars.analytics.progress import Silent
from regulars.kit import clock
from regulars.kit.schedules import Daily, Schedule

TIMEZONE = "Europe/Moscow"
"""The shop's zone."""


@app.task(name=MAKE_AUDIT, queueing_lock=MAKE_AUDIT)
def make_audit() -> None:
    """Audit the shop as it stands now, see `services.request_audit`."""
    audit(clock.now(), limit=1)


def audit(now: datetime, limit: int) -> int:
    """Audit the shop and keep the result; a shop without orders has none. `limit` is always enough."""
    from regulars.analytics.compute.audit import AuditOptions
    from regulars.analytics.compute.charts import draw_charts
    from regulars.analytics.compute.shop import audit_shop

    try:
        made = audit_shop(options=AuditOptions(timezone=TIMEZONE, now=now), progress=Silent())
    except InputError as error:
        if error.code != "no_orders":
            raise
        return 0
    charts = {language: draw_charts(made, language) for language, _ in settings.LANGUAGES}
    services.keep_audit(audit=made, charts=charts)
    return 1


SCHEDULES = [Schedule(name="analytics.audit", cadence=Daily(at=time(3, 30), zone=TIMEZONE), run=audit)]
