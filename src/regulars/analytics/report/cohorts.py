"""Cohorts as heat maps: who ordered again, and what the customers of a month have brought since."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from regulars.analytics.types import Audit, Cohort
from regulars.analytics.wording.numbers import Formats

ROWS_MAX = 24  # newest cohorts shown; the JSON file holds all
COLUMNS = (*range(1, 13), 15, 18, 21, 24, 30, 36, 48, 60)  # months since the first order
LEVELS = 8  # steps of the colour scale


@dataclass(frozen=True)
class HeatCell:
    """`level` 0–8 picks the colour; None: the month has not come yet."""

    text: str
    level: int | None
    partial: bool


@dataclass(frozen=True)
class HeatRow:
    month: str
    size: str
    cells: list[HeatCell]


@dataclass(frozen=True)
class HeatMap:
    key: str
    name: str
    caption: str
    scale: str
    columns: list[int]
    rows: list[HeatRow]
    average: HeatRow | None
    has_partial: bool


def heat_maps(audit: Audit, formats: Formats) -> list[HeatMap]:
    """The two of the report; none at all while there is no cohort older than a month."""
    found = [heat_map(audit, formats, show) for show in ("retention", "revenue")]
    return [shown for shown in found if shown is not None]


def heat_map(audit: Audit, formats: Formats, show: str) -> HeatMap | None:
    """One of VIEWS; None while there is no cohort older than a month, LookupError for another name."""
    cohorts = audit.cohorts[-ROWS_MAX:]
    longest = max((len(c.active) for c in cohorts), default=0)
    columns = [k for k in COLUMNS if k < longest]
    view = VIEWS[show]
    if not columns:
        return None
    if view.from_first_month:
        columns = [0, *columns]
    values = [[view.value(c, k) if k < len(c.active) else None for k in columns] for c in cohorts]
    average = [_weighted(cohorts, k, view.total) for k in columns] if view.total else []
    top = _largest(values)
    write = view.writer(formats, top)
    name, caption = _words(show)
    return HeatMap(
        key=show,
        name=name,
        caption=caption,
        scale=_("Months after the first order"),
        columns=columns,
        rows=_rows(cohorts, columns, values, top, formats, write),
        average=_average(average, top, write),
        has_partial=_any_partial(cohorts, columns),
    )


@dataclass(frozen=True)
class _View:
    """What a heat map shows: a value per cohort and month since, and how it is written.

    `total` is what the row below all adds up before it divides by the customers; None: it has no such row.
    """

    value: Callable[[Cohort, int], float]
    total: Callable[[Cohort, int], float] | None
    writer: Callable[[Formats, float], Callable[[float], str]]
    from_first_month: bool


def _share_writer(formats: Formats, top: float) -> Callable[[float], str]:
    places = 0 if top >= 0.1 else 1
    return lambda value: formats.share(value, places)


def _amount_writer(formats: Formats, top: float) -> Callable[[float], str]:
    places = 0 if top >= 20 else 2
    return lambda value: formats.number(value, places)


def _brought(cohort: Cohort, k: int) -> float:
    return float(sum(cohort.revenue[: k + 1]) / cohort.size) if cohort.size else 0.0


VIEWS: Mapping[str, _View] = {
    "retention": _View(lambda c, k: c.retention[k], lambda c, k: c.active[k], _share_writer, False),
    "active": _View(lambda c, k: c.active[k], None, lambda formats, _top: formats.number, False),
    "turnover": _View(lambda c, k: float(c.revenue[k]), None, _amount_writer, True),
    "revenue": _View(_brought, lambda c, k: float(sum(c.revenue[: k + 1])), _amount_writer, True),
}
"""By name, in the order of the page: shares and numbers of customers, revenue, and revenue a customer."""


def _words(show: str) -> tuple[str, str]:
    """(short name, what the map shows)."""
    return {
        "retention": (
            _("Customers"),
            _("Share of the customers of each month who ordered again so many months later"),
        ),
        "active": (
            _("Number of customers"),
            _("How many customers of each month ordered again so many months later"),
        ),
        "turnover": (
            _("Revenue by month"),
            _("What all customers of each month brought so many months later"),
        ),
        "revenue": (
            _("Revenue"),
            _(
                "What one customer of each month has brought on average, all orders up to so many months "
                "later"
            ),
        ),
    }[show]


def _rows(
    cohorts: Sequence[Cohort],
    columns: list[int],
    values: Sequence[Sequence[float | None]],
    top: float,
    formats: Formats,
    write: Callable[[float], str],
) -> list[HeatRow]:
    return [
        HeatRow(
            month=formats.month_short(cohort.month),
            size=formats.number(cohort.size),
            cells=[
                _cell(value, top, write, partial=k < len(cohort.partial) and cohort.partial[k])
                for k, value in zip(columns, line, strict=True)
            ],
        )
        for cohort, line in zip(cohorts, values, strict=True)
    ]


def _average(values: Sequence[float | None], top: float, write: Callable[[float], str]) -> HeatRow | None:
    if all(v is None for v in values):
        return None
    return HeatRow(month=_("All"), size="", cells=[_cell(v, top, write, partial=False) for v in values])


def _cell(value: float | None, top: float, write: Callable[[float], str], *, partial: bool) -> HeatCell:
    if value is None:
        return HeatCell("", None, partial)
    level = round(LEVELS * min(value / top, 1)) if top > 0 else 0
    return HeatCell(write(value), max(level, 0), partial)


def _weighted(cohorts: Sequence[Cohort], k: int, total: Callable[[Cohort, int], float]) -> float | None:
    """Over all cohorts that have seen the whole of month k."""
    seen = [c for c in cohorts if k < len(c.active) and not c.partial[k]]
    size = sum(c.size for c in seen)
    return sum(total(c, k) for c in seen) / size if size else None


def _largest(values: Sequence[Sequence[float | None]]) -> float:
    return max((v for line in values for v in line if v is not None), default=0.0)


def _any_partial(cohorts: Sequence[Cohort], columns: Sequence[int]) -> bool:
    return any(k < len(c.partial) and c.partial[k] for c in cohorts for k in columns)
