"""The page of cohorts: who keeps coming, by the month of the first order, and what they are worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.analytics.report import leads
from regulars.analytics.report.cohorts import ROWS_MAX, heat_map
from regulars.analytics.types import Audit, Cohort
from regulars.analytics.wording.numbers import DASH, Formats
from regulars.console.figures import Tile, tile

DEFAULT = "retention"
WORTH_AFTER = (0, 3, 6, 12)
"""Months since the first order after which the page says what a customer of a cohort was worth."""


@dataclass(frozen=True)
class Choice:
    """One of the ways to look at the heat map."""

    key: str
    name: str
    chosen: bool


@dataclass(frozen=True)
class Worth:
    """A cohort with its size and what one of its customers has brought; `after` follows WORTH_AFTER."""

    month: str
    size: str
    after: list[str]
    so_far: str


def names() -> Mapping[str, str]:
    """The ways to look at the heat map, by the names of `report.cohorts.VIEWS`."""
    return {
        "retention": pgettext("cohorts", "Share"),
        "active": pgettext("cohorts", "Number"),
        "turnover": pgettext("cohorts", "Revenue"),
        "revenue": _("Revenue per customer"),
    }


def context(audit: Audit, formats: Formats, show: str) -> dict[str, Any]:
    """`show` names one of `names()`; anything else is the first of them."""
    chosen = show if show in names() else DEFAULT
    return {
        "lead": leads.cohorts(audit, formats),
        "tiles": _tiles(audit, formats),
        "map": heat_map(audit, formats, chosen),
        "choices": [Choice(key, name, key == chosen) for key, name in names().items()],
        "worth": worth(audit, formats),
        "worth_after": [_month_of(k, formats) for k in WORTH_AFTER],
        "with_margin": audit.margin is not None,
        "advice": _advice(audit, formats),
    }


def worth(audit: Audit, formats: Formats) -> list[Worth]:
    """The newest cohorts, the latest first."""
    cohorts = audit.cohorts[-ROWS_MAX:][::-1]
    places = formats.money_places([_worth(c, len(c.revenue) - 1, audit.margin) for c in cohorts])
    return [
        Worth(
            month=formats.month_short(cohort.month),
            size=formats.number(cohort.size),
            after=[
                formats.money(value, places) if (value := worth_after(audit, cohort, k)) is not None else DASH
                for k in WORTH_AFTER
            ],
            so_far=formats.money(_worth(cohort, len(cohort.revenue) - 1, audit.margin), places),
        )
        for cohort in cohorts
    ]


def worth_after(audit: Audit, cohort: Cohort, k: int) -> Decimal | None:
    """What one customer had brought at the end of month `k`; None while that month is not over."""
    if k >= len(cohort.revenue) or cohort.partial[k]:
        return None
    return _worth(cohort, k, audit.margin)


def _worth(cohort: Cohort, k: int, margin: Decimal | None) -> Decimal:
    brought = sum(cohort.revenue[: k + 1], Decimal(0))
    each = brought / cohort.size if cohort.size else Decimal(0)
    return each if margin is None else each * margin


def _month_of(k: int, formats: Formats) -> str:
    return _("First month") if k == 0 else _("After %(months)s") % {"months": formats.months(k)}


def _advice(audit: Audit, formats: Formats) -> str:
    days = audit.median_days_to_second_order
    if days is None:
        return _("Nobody has come back yet: invite the newest customers to a second order.")
    return _(
        "Half of those who come back do so within %(days)s of the first purchase. Invite new customers to a "
        "second order before that, while they remember you."
    ) % {"days": formats.days(days)}


def _tiles(audit: Audit, formats: Formats) -> list[Tile]:
    keys = ("repeat_purchase_rate", "median_days_to_second_order", "ltv_historical")
    return [tile(key, audit, formats) for key in keys]
