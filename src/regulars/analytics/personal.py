"""What is reckoned of customers; it follows their orders, and names nobody."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from regulars.analytics.models import SHOP
from regulars.kit import personal
from regulars.kit.personal import Table, Told, Whom

FIGURES = Table(
    name="analytics_customerfigures",
    label=_("What we reckon from your orders"),
    whose="t.person_id = ANY(%(persons)s)",
    tells={
        "orders": Told(_("Orders"), "t.orders"),
        "revenue_minor": Told(_("Amount"), "t.revenue_minor"),
        "currency": Told(_("Currency"), "t.currency"),
        "first_day": Told(_("First order"), "t.first_day"),
        "last_day": Told(_("Last order"), "t.last_day"),
        "segment": Told(_("Group"), "t.segment"),
        "stage": Told(_("Stage"), "t.stage"),
    },
    free=("currency", "segment", "stage", "channel"),
    key=("person_id",),
)
# An audit of a file names the best customers by the ids of the file.
_BLANK = """
UPDATE analytics_keptaudit AS a SET document = replace(a.document, v.quoted, '"…"')
FROM (SELECT value, to_json(value)::text AS quoted FROM unnest(%s::text[]) AS t(value)) AS v
WHERE a.id IN (
    SELECT k.id FROM analytics_keptaudit AS k WHERE k.source <> %s AND strpos(k.document, v.quoted) > 0
)
"""


def blank_audits(whom: Whom, now: datetime, limit: int) -> int:
    """Take ids out of kept audits of files; audits of the shop know customers by number alone."""
    with connection.cursor() as cursor:
        cursor.execute(_BLANK, [list(whom.values), SHOP])
        return int(cursor.rowcount)


def declare() -> None:
    """Say what is kept of customers, and what names nobody."""
    personal.register(FIGURES)
    personal.register_step("analytics.audits", blank_audits, analytics_keptaudit=("document",))
    personal.free("analytics_keptaudit", "source", "charts")
    personal.free("analytics_figuresrun", "timezone", "currency", "cuts", "counts", "trend", "charts")
    personal.free("analytics_lakefile", "lake_table", "path", "digest")
