"""Cohorts as two heat maps: who ordered again, and what a customer of the month has brought by then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    """None at all while there is no cohort older than a month."""
    cohorts = audit.cohorts[-ROWS_MAX:]
    longest = max((len(c.active) for c in cohorts), default=0)
    columns = [k for k in COLUMNS if k < longest]
    if not columns:
        return []
    return [_retention(cohorts, columns, formats), _revenue(cohorts, [0, *columns], formats)]


def _retention(cohorts: Sequence[Cohort], columns: list[int], formats: Formats) -> HeatMap:
    values = [[_at(c.retention, k) for k in columns] for c in cohorts]
    top = _largest(values)
    places = 0 if top >= 0.1 else 1
    average = [_weighted(cohorts, k, lambda c, k: c.active[k]) for k in columns]
    return HeatMap(
        key="retention",
        name=_("Customers"),
        caption=_("Share of the customers of each month who ordered again so many months later"),
        scale=_("Months after the first order"),
        columns=columns,
        rows=_rows(cohorts, columns, values, top, formats, lambda v: formats.share(v, places)),
        average=_average(average, top, lambda v: formats.share(v, places)),
        has_partial=_any_partial(cohorts, columns),
    )


def _revenue(cohorts: Sequence[Cohort], columns: list[int], formats: Formats) -> HeatMap:
    values = [[_brought(c, k) if k < len(c.revenue) else None for k in columns] for c in cohorts]
    top = _largest(values)
    places = 0 if top >= 20 else 2
    average = [_weighted(cohorts, k, lambda c, k: float(sum(c.revenue[: k + 1]))) for k in columns]

    def write(value: float) -> str:
        return formats.number(value, places)

    return HeatMap(
        key="revenue",
        name=_("Revenue"),
        caption=_(
            "What one customer of each month has brought on average, all orders up to so many months later"
        ),
        scale=_("Months after the first order"),
        columns=columns,
        rows=_rows(cohorts, columns, values, top, formats, write),
        average=_average(average, top, write),
        has_partial=_any_partial(cohorts, columns),
    )


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


def _at(values: Sequence[float], k: int) -> float | None:
    return values[k] if k < len(values) else None


def _brought(cohort: Cohort, k: int) -> float:
    return float(sum(cohort.revenue[: k + 1]) / cohort.size) if cohort.size else 0.0


def _weighted(cohorts: Sequence[Cohort], k: int, total: Callable[[Cohort, int], float]) -> float | None:
    """Over all cohorts that have seen the whole of month k."""
    seen = [c for c in cohorts if k < len(c.active) and not c.partial[k]]
    size = sum(c.size for c in seen)
    return sum(total(c, k) for c in seen) / size if size else None


def _largest(values: Sequence[Sequence[float | None]]) -> float:
    return max((v for line in values for v in line if v is not None), default=0.0)


def _any_partial(cohorts: Sequence[Cohort], columns: Sequence[int]) -> bool:
    return any(k < len(c.partial) and c.partial[k] for c in cohorts for k in columns)
