"""The headline figures in words: name, value, change against the period before, and what it means here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.utils.translation import gettext as _

from regulars.analytics.types import Audit, Headline
from regulars.analytics.wording.meanings import MEANINGS
from regulars.analytics.wording.numbers import MINUS, Formats

Verdict = Literal["better", "worse", "neutral"]
Kind = Literal["count", "money", "share", "ratio", "days"]


@dataclass(frozen=True)
class Change:
    """How a figure moved within one window; `verdict_text` says in a word what the colour says."""

    text: str
    period: str
    verdict: Verdict
    verdict_text: str


@dataclass(frozen=True)
class Figure:
    key: str
    name: str
    value: str
    change: Change | None
    meaning: str


@dataclass(frozen=True)
class FigureGroup:
    key: str
    name: str
    figures: list[Figure]


# Rates that look at one window only: of two windows of different length they say different things.
_BY_WINDOW = {"retention_rate", "churn_rate", "new_customer_rate"}
# What kind of figure each is, and whether a larger one is better (+1), worse (-1) or neither (0): totals
# grow by themselves, so do days between orders (a longer history holds longer gaps), and a share of new
# customers is good or bad only together with other figures.
_KINDS: dict[str, tuple[Kind, int]] = {
    "customers": ("count", 0),
    "orders": ("count", 0),
    "revenue": ("money", 0),
    "average_order_value": ("money", 1),
    "repeat_purchase_rate": ("share", 1),
    "one_time_customers": ("count", 0),
    "repeat_revenue_share": ("share", 1),
    "purchase_frequency": ("ratio", 1),
    "purchase_days": ("count", 0),
    "regulars": ("count", 0),
    "regulars_share": ("share", 1),
    "regulars_revenue_share": ("share", 1),
    "median_days_to_second_order": ("days", 0),
    "median_days_between_orders": ("days", 0),
    "retention_rate": ("share", 1),
    "churn_rate": ("share", -1),
    "new_customer_rate": ("share", 0),
    "ltv_historical": ("money", 1),
}
_GROUPS: dict[str, list[str]] = {
    "back": ["repeat_purchase_rate", "repeat_revenue_share", "one_time_customers", "purchase_frequency"],
    "stay": ["retention_rate", "churn_rate", "new_customer_rate"],
    "soon": ["median_days_to_second_order", "median_days_between_orders", "purchase_days"],
    "regulars": ["regulars", "regulars_share", "regulars_revenue_share"],
    "worth": ["revenue", "orders", "customers", "average_order_value", "ltv_historical"],
}


def figure_groups(audit: Audit, formats: Formats) -> list[FigureGroup]:
    """All headline figures, in the order in which an owner asks."""
    names = _group_names()
    return [
        FigureGroup(key=key, name=names[key], figures=[figure(k, audit, formats) for k in keys])
        for key, keys in _GROUPS.items()
    ]


def figure(key: str, audit: Audit, formats: Formats) -> Figure:
    """One headline figure; LookupError for a key that is none."""
    kind, _direction = _KINDS[key]
    value = getattr(audit, key)
    return Figure(
        key=key,
        name=figure_names()[key],
        value=_shown(kind, value, formats),
        change=change(key, audit, formats),
        meaning=MEANINGS[key](audit, formats),
    )


def figure_kind(key: str) -> Kind:
    """What a headline figure counts in; LookupError for a key that is none."""
    return _KINDS[key][0]


def change(key: str, audit: Audit, formats: Formats) -> Change | None:
    """The change against the same figure one window earlier; None where one of the two is not known."""
    kind, direction = _KINDS[key]
    previous: Headline | None = audit.previous
    now = getattr(audit, key)
    before = getattr(previous, key) if previous is not None else None
    # A longer window compares another thing (it grows to a year once two years are there).
    if previous is None or now is None or before is None:
        return None
    if key in _BY_WINDOW and previous.retention_window_days != audit.retention_window_days:
        return None
    text, moved = _difference(kind, now, before, formats)
    verdict: Verdict = "neutral"
    if moved and direction:
        verdict = "better" if (moved > 0) == (direction > 0) else "worse"
    words = {"better": _("better"), "worse": _("worse"), "neutral": ""}
    return Change(
        text=text if moved else _("no change"),
        period=_("in %(days)s") % {"days": formats.days(audit.retention_window_days)},
        verdict=verdict,
        verdict_text=words[verdict],
    )


def change_caption(audit: Audit, formats: Formats) -> str:
    """One sentence that names the period all changes are against."""
    window = formats.days(audit.retention_window_days)
    if audit.previous is None:
        return _(
            "The history is too short to compare with a period before: that takes more than %(days)s."
        ) % {"days": window}
    before = audit.as_of - timedelta(days=audit.retention_window_days + 1)
    return _("Changes are against the same figures as they stood %(days)s earlier, on %(day)s.") % {
        "days": window,
        "day": formats.day(before),
    }


def _shown(kind: Kind, value: object, formats: Formats) -> str:
    write: dict[Kind, Callable[..., str]] = {
        "count": formats.number,
        "money": formats.money,
        "share": formats.share,
        "ratio": formats.ratio,
        "days": formats.days,
    }
    return write[kind](value)


def _difference(kind: Kind, now: object, before: object, formats: Formats) -> tuple[str, int]:
    """The difference as text, and its sign (0 where nothing of it would be seen)."""
    difference = now - before  # type: ignore[operator]
    if kind == "money":
        text = formats.money_change(difference)
    elif kind == "share":
        text = formats.points(difference)
    elif kind == "days":
        sign = "+" if difference > 0 else MINUS
        text = sign + formats.days(abs(difference))
    elif kind == "ratio":
        text = formats.signed(difference, 2 if abs(now) < 10 else 1)  # type: ignore[arg-type]
    else:
        text = formats.signed(difference)
    visible = any(c in "123456789" for c in text)
    return text, 0 if not visible else 1 if difference > 0 else -1


def _group_names() -> dict[str, str]:
    return {
        "back": _("Do they come back"),
        "stay": _("Do they stay"),
        "soon": _("How soon they come again"),
        "regulars": _("Regulars"),
        "worth": _("What it adds up to"),
    }


def figure_names() -> dict[str, str]:
    return {
        "customers": _("Customers"),
        "orders": _("Orders"),
        "revenue": _("Revenue"),
        "average_order_value": _("Average order value"),
        "repeat_purchase_rate": _("Repeat purchase rate"),
        "one_time_customers": _("One-time customers"),
        "repeat_revenue_share": _("Revenue from repeat buyers"),
        "purchase_frequency": _("Orders per customer"),
        "purchase_days": _("Purchase days"),
        "regulars": _("Regulars"),
        "regulars_share": _("Share of regulars"),
        "regulars_revenue_share": _("Revenue from regulars"),
        "median_days_to_second_order": _("Time to the second order"),
        "median_days_between_orders": _("Time between orders"),
        "retention_rate": _("Retention rate"),
        "churn_rate": _("Churn rate"),
        "new_customer_rate": _("Share of new customers"),
        "ltv_historical": _("Lifetime value so far"),
    }
