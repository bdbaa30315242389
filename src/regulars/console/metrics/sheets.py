"""The tables of the metrics pages as columns and rows: figures as numbers, not as words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import cast

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.analytics.types import Audit, Cohort, TrendPoint
from regulars.analytics.wording import headline
from regulars.analytics.wording.numbers import Formats, plain
from regulars.analytics.wording.segments import segment_words, stage_words
from regulars.console.metrics.cohorts import WORTH_AFTER, worth_after
from regulars.console.metrics.trend import FOLLOWED
from regulars.console.xlsx import Cell, Column, Kind

Row = Sequence[Cell]
WIDE, NARROW = 44, 12  # characters


@dataclass(frozen=True)
class Sheet:
    columns: Sequence[Column]
    rows: Sequence[Row]


def sheet(table: str, audit: Audit, formats: Formats) -> Sheet:
    """One of SHEETS. Raises LookupError for another name."""
    return SHEETS[table](audit, formats)


def compared(audit: Audit, other: Audit, names: tuple[str, str], formats: Formats) -> Sheet:
    """All headline figures of two audits beside each other; `names` say of which day each is."""
    columns = [
        Column(_("Figure"), width=32),
        *(Column(name, "number", 20) for name in names),
        Column(_("Unit"), width=10),
    ]
    rows: list[Row] = []
    for group in headline.figure_groups(audit, formats):
        for figure in group.figures:
            unit, scale = _unit(figure.key, audit)
            values = (_scaled(getattr(one, figure.key), scale) for one in (audit, other))
            rows.append((figure.name, *values, unit))
    return Sheet(columns, rows)


def trend(points: Sequence[TrendPoint]) -> Sheet:
    """The figures as they stood on the last day of each month, and at last."""
    names, kinds = headline.figure_names(), {"share": "share", "money": "money"}
    columns = [Column(_("At the end of"), "day")]
    columns += [
        Column(names[key], cast(Kind, kinds.get(headline.figure_kind(key), "whole")), 18) for key in FOLLOWED
    ]
    return Sheet(
        columns,
        [(point.as_of - timedelta(days=1), *(getattr(point, key) for key in FOLLOWED)) for point in points],
    )


def _figures(audit: Audit, formats: Formats) -> Sheet:
    """All headline figures, each as what it is, beside the period before."""
    columns = [
        Column(_("Figure"), width=32),
        Column(_("Value"), "number"),
        Column(_("A period earlier"), "number", 20),
        Column(_("Unit"), width=10),
        Column(_("What it means"), width=80),
    ]
    rows = []
    for group in headline.figure_groups(audit, formats):
        for figure in group.figures:
            unit, scale = _unit(figure.key, audit)
            before = getattr(audit.previous, figure.key) if audit.previous is not None else None
            value = getattr(audit, figure.key)
            rows.append((figure.name, _scaled(value, scale), _scaled(before, scale), unit, figure.meaning))
    return Sheet(columns, rows)


def _unit(key: str, audit: Audit) -> tuple[str, int]:
    """(the unit of a figure, what to multiply it by)."""
    kind = headline.figure_kind(key)
    if kind == "share":
        return "%", 100
    if kind == "money":
        return audit.currency or "", 1
    return (pgettext("unit", "days"), 1) if kind == "days" else ("", 1)


def _scaled(value: Decimal | float | int | None, scale: int) -> Cell:
    return None if value is None else value * scale


def _months(audit: Audit, formats: Formats) -> Sheet:
    columns = [
        _month_column(),
        Column(_("Revenue, new"), "money"),
        Column(_("Revenue, came back"), "money", 20),
        Column(_("Orders, new"), "whole"),
        Column(_("Orders, came back"), "whole", 20),
        Column(_("Not whole"), width=NARROW),
    ]
    return Sheet(
        columns,
        [
            (
                m.month,
                m.new_revenue,
                m.returning_revenue,
                m.new_orders,
                m.returning_orders,
                pgettext("not whole", "yes") if m.partial else "",
            )
            for m in audit.months
        ],
    )


def _segments(audit: Audit, formats: Formats) -> Sheet:
    words = [(segment_words(row.segment), row) for row in audit.rfm]
    return _groups(
        _("Segment"), audit, [(w.name, r.customers, r.revenue, w.who, w.what_to_do) for w, r in words]
    )


def _stages(audit: Audit, formats: Formats) -> Sheet:
    words = [
        (stage_words(row.stage, audit.rhythm_days, formats, audit.own_stages), row) for row in audit.stages
    ]
    return _groups(
        _("Stage"), audit, [(w.name, r.customers, r.revenue, w.who, w.what_to_do) for w, r in words]
    )


def _groups(title: str, audit: Audit, groups: Sequence[tuple[str, int, Decimal, str, str]]) -> Sheet:
    columns = [
        Column(title, width=24),
        Column(_("Customers"), "whole"),
        Column(_("Share of customers"), "share", 20),
        Column(_("Revenue"), "money"),
        Column(_("Share of revenue"), "share", 20),
        Column(_("Who"), width=WIDE),
        Column(_("What to do"), width=80),
    ]
    return Sheet(
        columns,
        [
            (
                name,
                customers,
                customers / audit.customers if audit.customers else None,
                revenue,
                float(revenue / audit.revenue) if audit.revenue else None,
                who,
                what_to_do,
            )
            for name, customers, revenue, who, what_to_do in groups
        ],
    )


def _rfm(audit: Audit, formats: Formats) -> Sheet:
    columns = [
        Column(_("R, how recently"), "whole", 18),
        Column(_("F, how often"), "whole", 18),
        Column(_("Customers"), "whole"),
        Column(_("Revenue"), "money"),
    ]
    return Sheet(columns, [(c.r, c.f, c.customers, c.revenue) for c in audit.rfm_map])


def _cohorts(audit: Audit, formats: Formats) -> Sheet:
    return _by_cohort(audit, "whole", lambda c: c.active)


def _cohort_shares(audit: Audit, formats: Formats) -> Sheet:
    return _by_cohort(audit, "share", lambda c: c.retention)


def _cohort_revenue(audit: Audit, formats: Formats) -> Sheet:
    return _by_cohort(audit, "money", lambda c: c.revenue)


def _by_cohort(audit: Audit, kind: Kind, values: Callable[[Cohort], Sequence[Cell]]) -> Sheet:
    """All cohorts, not only those the page has room for; a column for each month since the first order."""
    longest = max((len(c.active) for c in audit.cohorts), default=0)
    columns = [_cohort_column(), Column(_("Customers"), "whole")]
    columns += [Column(str(k), kind, NARROW) for k in range(longest)]

    def rows() -> Iterator[Row]:
        for cohort in audit.cohorts:
            found = list(values(cohort))
            yield (cohort.month, cohort.size, *found, *[None] * (longest - len(found)))

    return Sheet(columns, list(rows()))


def _cohort_worth(audit: Audit, formats: Formats) -> Sheet:
    columns = [_cohort_column(), Column(_("Customers"), "whole")]
    columns += [Column(_("LTV after month %(k)s") % {"k": k}, "money", 20) for k in WORTH_AFTER]
    return Sheet(
        columns, [(c.month, c.size, *(worth_after(audit, c, k) for k in WORTH_AFTER)) for c in audit.cohorts]
    )


def _channels(audit: Audit, formats: Formats) -> Sheet:
    columns = [
        Column(_("Channel"), width=28),
        Column(_("Customers"), "whole"),
        Column(_("Revenue"), "money"),
        Column(_("LTV"), "money"),
        Column(_("Cost"), "money"),
        Column(_("CAC"), "money"),
        Column(_("LTV / CAC"), "number"),
        Column(_("Pays back within, months"), "whole", 24),
    ]
    return Sheet(
        columns,
        [
            (
                _("All channels") if c.channel is None else plain(c.channel) or _("none named"),
                c.customers,
                c.revenue,
                c.ltv,
                c.cost,
                c.cac,
                c.ltv_to_cac,
                None if c.payback_months is None else c.payback_months + 1,
            )
            for c in audit.channels
        ],
    )


def _month_column() -> Column:
    return Column(_("Month"), width=NARROW)


def _cohort_column() -> Column:
    return Column(_("First order"), width=14)


SHEETS: Mapping[str, Callable[[Audit, Formats], Sheet]] = {
    "figures": _figures,
    "months": _months,
    "segments": _segments,
    "stages": _stages,
    "rfm": _rfm,
    "cohorts": _cohorts,
    "cohort-shares": _cohort_shares,
    "cohort-revenue": _cohort_revenue,
    "cohort-ltv": _cohort_worth,
    "channels": _channels,
}
"""What is offered as a workbook, by the name in its address."""
