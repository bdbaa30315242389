"""The first page of metrics: do customers come back, and is it getting better?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from regulars.analytics.queries import Kept
from regulars.analytics.report import leads, tables
from regulars.analytics.types import Audit, Run, TrendPoint
from regulars.analytics.wording import headline
from regulars.analytics.wording.growth import growth_words
from regulars.analytics.wording.numbers import MINUS, Formats
from regulars.console.figures import tile, tile_groups

LEADING = ("repeat_purchase_rate", "retention_rate", "churn_rate", "new_customer_rate")
"""The figures the page begins with."""
FOLLOWED = (
    "repeat_purchase_rate",
    "retention_rate",
    "churn_rate",
    "new_customer_rate",
    "regulars_share",
    "average_order_value",
    "customers",
    "orders",
    "revenue",
)
"""The figures of the trend, in the order of its table."""
DRAWN = {
    "trend_repeat": "repeat_purchase_rate",
    "trend_retention": "retention_rate",
    "trend_customers": "customers",
    "trend_revenue": "revenue",
}
"""The pictures that come with a run, and the figure that each of them follows."""
SEEN_MIN = 0.0005
"""A smaller difference of shares would not be seen when it is written in tenths of a point."""


@dataclass(frozen=True)
class Drawn:
    """A picture of the trend with its name."""

    title: str
    svg: SafeString


@dataclass(frozen=True)
class TrendRow:
    """The figures as they stood at the end of `day`, in the order of FOLLOWED."""

    day: str
    values: list[str]


def context(kept: Kept, run: Run | None, formats: Formats) -> dict[str, Any]:
    """`run`: the last one over everybody; None where the figures come from before there were such."""
    audit = kept.audit
    drawn = kept.charts.get(formats.language, {})
    return {
        "tiles": [tile(key, audit, formats) for key in LEADING],
        "change_caption": headline.change_caption(audit, formats),
        **_trend(run, formats),
        "months": tables.month_rows(audit, formats),
        "months_lead": leads.months(audit, formats),
        "revenue_caption": leads.revenue_caption(audit),
        "has_partial_month": any(m.partial for m in audit.months),
        "charts": {name: mark_safe(svg) for name, svg in drawn.items()},  # noqa: S308 (drawn by the worker)
        "groups": tile_groups(audit, formats),
        "advice": _advice(audit, formats),
    }


def _trend(run: Run | None, formats: Formats) -> dict[str, Any]:
    if run is None or len(run.trend) < 2:
        return {"trend": []}
    return {
        "trend": _rows(run.trend, formats),
        "trend_names": [headline.figure_names()[key] for key in FOLLOWED],
        "trend_lead": _lead(run.trend, formats),
        "trend_drawn": _drawn(run, formats.language),
    }


def _rows(points: Sequence[TrendPoint], formats: Formats) -> list[TrendRow]:
    """The latest first."""
    places = formats.money_places([p.average_order_value for p in points])
    return [
        TrendRow(
            day=formats.day_short(point.as_of - timedelta(days=1)),
            values=[_written(key, getattr(point, key), places, formats) for key in FOLLOWED],
        )
        for point in reversed(points)
    ]


def _written(key: str, value: Any, places: int, formats: Formats) -> str:
    kind = headline.figure_kind(key)
    if kind == "share":
        return formats.share(value)
    if kind == "money":
        return formats.money(value, places if key == "average_order_value" else 0)
    return formats.number(value)


def _drawn(run: Run, language: str) -> list[Drawn]:
    names, found = headline.figure_names(), run.charts.get(language, {})
    return [
        Drawn(names[key], mark_safe(found[name]))  # noqa: S308 (drawn by the worker)
        for name, key in DRAWN.items()
        if name in found
    ]


def _lead(points: Sequence[TrendPoint], formats: Formats) -> str:
    """The share who come back now against a year ago, or against the first point where there is no year."""
    last = points[-1]
    before = next((p for p in points if (last.as_of - p.as_of).days <= 366), points[0])
    if before.repeat_purchase_rate is None or last.repeat_purchase_rate is None:
        return _("How the figures stood at the end of each month.")
    moved = last.repeat_purchase_rate - before.repeat_purchase_rate
    said = {
        "now": formats.share(last.repeat_purchase_rate),
        "then": formats.share(before.repeat_purchase_rate),
        "day": formats.day(before.as_of - timedelta(days=1)),
        "points": formats.points(moved).lstrip("+" + MINUS),
    }
    if abs(moved) < SEEN_MIN:
        return _("%(now)s of customers have ordered again: the same as on %(day)s.") % said
    if moved > 0:
        return _("%(now)s of customers have ordered again, up %(points)s from %(then)s on %(day)s.") % said
    return _("%(now)s of customers have ordered again, down %(points)s from %(then)s on %(day)s.") % said


def _advice(audit: Audit, formats: Formats) -> str:
    """The first growth point in a sentence; empty where the history bears none."""
    if not audit.growth_points:
        return ""
    return growth_words(audit.growth_points[0], audit, formats).short
