"""The report's pictures: Vega-Lite specifications drawn as SVG text, once, where the audit is made.

A page or report only puts the text in: no library and no script draws anything there. Colours are names
while Vega draws (see `_INKS`) and become CSS variables afterwards, so one picture serves light, dark and
paper. Words beside the pictures (captions, legends, tables) belong to the report.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final

import altair
import vl_convert
from django.utils import translation

from regulars.analytics.report.second_order import shown_curve, shown_within
from regulars.analytics.types import Audit, TrendPoint
from regulars.analytics.wording.numbers import Formats

alt: Any = altair  # its own types refuse axes that are made once and used by several layers
Drawing = Any
"""One of Altair's charts, not yet drawn."""

WIDTH, HEIGHT = 400, 230  # of every picture; CSS scales it, and at 300 px the letters can still be read
MONTH_LABELS_MAX = 4
TICKS_MAX = 5
MONTHS_MAX = 60  # bars a reader can tell apart at this width; the table and the JSON file hold all
SECOND_ORDER_MARKS: Final = (30, 90, 180, 365)  # days that get a point and its figure

# Colours that occur nowhere else in the drawing, each standing for a variable of report.css.
_INKS: Final = {
    "#010101": "var(--rg-ink)",
    "#020202": "var(--rg-muted)",
    "#030303": "var(--rg-line)",
    "#040404": "var(--rg-accent)",
    "#050505": "var(--rg-accent-soft)",
    "#060606": "var(--rg-paper)",
}
_INK, _MUTED, _LINE, _ACCENT, _ACCENT_SOFT, _PAPER = _INKS


def draw_charts(audit: Audit, language: str) -> dict[str, str]:
    """SVG text by name ("revenue", "orders", "second_order", "lorenz"); one without figures is missing."""
    formats = Formats(language, audit.currency)
    drawers: dict[str, Callable[[Audit, Formats], Drawing | None]] = {
        "revenue": _revenue,
        "orders": _orders,
        "second_order": _second_order,
        "lorenz": _lorenz,
    }
    with translation.override(language):
        specs = {name: draw(audit, formats) for name, draw in drawers.items()}
    return {name: _svg(spec) for name, spec in specs.items() if spec is not None}


def draw_trend(points: Sequence[TrendPoint], currency: str | None, language: str) -> dict[str, str]:
    """SVG text by name: "trend_repeat", "trend_retention", "trend_customers", "trend_revenue".

    One with fewer than two figures is missing.
    """
    formats = Formats(language, currency)
    lines: dict[str, tuple[list[float | None], Callable[[float], str], Callable[[float], str]]] = {
        "trend_repeat": (
            [p.repeat_purchase_rate for p in points],
            formats.rough_share,
            lambda share: formats.share(share, 0),
        ),
        "trend_retention": (
            [p.retention_rate for p in points],
            formats.rough_share,
            lambda share: formats.share(share, 0),
        ),
        "trend_customers": ([float(p.customers) for p in points], formats.compact, formats.compact),
        "trend_revenue": ([float(p.revenue) for p in points], formats.compact, formats.compact),
    }
    with translation.override(language):
        names = [formats.month_short(f"{p.as_of - timedelta(days=1):%Y-%m}") for p in points]
        specs = {name: _trend(names, *line) for name, line in lines.items()}
    return {name: _svg(spec) for name, spec in specs.items() if spec is not None}


def _trend(
    names: list[str],
    values: list[float | None],
    label: Callable[[float], str],
    tick: Callable[[float], str],
) -> Drawing | None:
    """A line over the month ends, its last point with its figure."""
    known = [(name, value) for name, value in zip(names, values, strict=True) if value is not None]
    if len(known) < 2:
        return None
    shown = [name for name, _value in known]
    every = -(-len(shown) // MONTH_LABELS_MAX)
    ticks = _ticks(max(value for _name, value in known))
    place = _Place(
        x=alt.X("x:O", sort=shown, scale=alt.Scale(type="point"), axis=_axis(shown[::every])),
        y=alt.Y(
            "y:Q",
            scale=alt.Scale(domain=[0, ticks[-1]], nice=False),
            axis=_axis(ticks, [tick(t) for t in ticks], grid=True),
        ),
    )
    line = [{"x": name, "y": value} for name, value in known]
    last = {**line[-1], "label": label(known[-1][1])}
    return _finished(*place.area(line), *place.labelled([last], align="right", dx=-8, dy=-12))


def _revenue(audit: Audit, formats: Formats) -> Drawing | None:
    amounts = [(float(m.returning_revenue), float(m.new_revenue)) for m in audit.months]
    return _months(audit, formats, amounts)


def _orders(audit: Audit, formats: Formats) -> Drawing | None:
    counts = [(float(m.returning_orders), float(m.new_orders)) for m in audit.months]
    return _months(audit, formats, counts)


def _months(audit: Audit, formats: Formats, values: Sequence[tuple[float, float]]) -> Drawing | None:
    """Bars by month: below what those who came back brought, on top of it the new ones."""
    months = audit.months[-MONTHS_MAX:]
    values = values[-MONTHS_MAX:]
    if not months:
        return None
    names = [formats.month_short(m.month) for m in months]
    rows = [
        {"month": name, "part": part, "value": pair[part], "faint": month.partial}
        for name, month, pair in zip(names, months, values, strict=True)
        for part in (0, 1)
    ]
    every = -(-len(names) // MONTH_LABELS_MAX)
    outer = min(1, 0.14 + 0.3 * max(0, 5 - len(names)))  # a few bars need not fill the whole width
    ticks = _ticks(max(sum(max(v, 0) for v in pair) for pair in values))
    bars = (
        alt.Chart(alt.Data(values=rows))
        .mark_bar(aria=False)
        .encode(
            x=alt.X(
                "month:O",
                sort=names,
                scale=alt.Scale(paddingInner=0.28, paddingOuter=outer),
                axis=_axis(names[::every]),
            ),
            y=alt.Y(
                "value:Q",
                scale=alt.Scale(domain=[0, ticks[-1]], nice=False),
                axis=_axis(ticks, [formats.compact(t) for t in ticks], grid=True),
            ),
            color=alt.Color(
                "part:O", scale=alt.Scale(domain=[0, 1], range=[_ACCENT, _ACCENT_SOFT]), legend=None
            ),
            order=alt.Order("part:O"),
            opacity=alt.condition("datum.faint", alt.value(0.55), alt.value(1)),
        )
    )
    return _finished(bars)


def _second_order(audit: Audit, formats: Formats) -> Drawing | None:
    """The share of customers with a second purchase day by days since the first."""
    curve = shown_curve(audit)
    if len(curve) < 2 or not any(p.y for p in curve):
        return None
    last = curve[-1].x
    marks: list[dict[str, Any]] = [
        {"x": days, "y": share, "label": formats.rough_share(share)}
        for days, share in shown_within(audit).items()
        if days in SECOND_ORDER_MARKS
    ]
    days = [d for d in (0, *SECOND_ORDER_MARKS) if d <= last]
    ticks = _ticks(max(p.y for p in curve))
    labels = [formats.share(t, 0 if ticks[-1] >= 0.05 else 1) for t in ticks]
    place = _Place(
        x=alt.X("x:Q", scale=alt.Scale(domain=[0, last], nice=False), axis=_axis(days)),
        y=alt.Y(
            "y:Q", scale=alt.Scale(domain=[0, ticks[-1]], nice=False), axis=_axis(ticks, labels, grid=True)
        ),
    )
    line = [{"x": p.x, "y": p.y} for p in curve]
    early = [m for m in marks if m["x"] <= last * 0.8]
    late = [m for m in marks if m["x"] > last * 0.8]  # no room for words to the right of these
    return _finished(
        *place.area(line),
        *place.labelled(early, align="left", dx=8, dy=10),
        *place.labelled(late, align="right", dx=-8, dy=-10),
    )


def _lorenz(audit: Audit, formats: Formats) -> Drawing | None:
    """Customers from the best down against their share of the revenue; the dashed line is equality."""
    points = audit.lorenz.points
    if len(points) < 2 or not points[-1].y:
        return None
    ticks = [0, 0.2, 0.4, 0.6, 0.8, 1]
    labels = [formats.share(t, 0) for t in ticks]
    place = _Place(
        x=alt.X("x:Q", scale=alt.Scale(domain=[0, 1], nice=False), axis=_axis(ticks, labels)),
        y=alt.Y("y:Q", scale=alt.Scale(domain=[0, 1], nice=False), axis=_axis(ticks, labels, grid=True)),
    )
    line = [{"x": p.x, "y": p.y} for p in points]
    marks = [
        {"x": x, "y": y, "label": formats.share(y, 0)}
        for x, y in ((0.1, audit.lorenz.top_10_share), (0.2, audit.lorenz.top_20_share))
    ]
    return _finished(*place.area(line), place.equal(), *place.labelled(marks, align="left", dx=9, dy=8))


# --- pieces -------------------------------------------------------------------------------------------
class _Place:
    """One pair of axes for all layers of a picture: layers that differ in them would be merged somehow."""

    def __init__(self, *, x: Any, y: Any) -> None:
        self._axes = {"x": x, "y": y}

    def _chart(self, values: list[dict[str, Any]]) -> Drawing:
        return alt.Chart(alt.Data(values=values)).encode(**self._axes)

    def area(self, line: list[dict[str, Any]]) -> tuple[Drawing, Drawing]:
        base = self._chart(line)
        return (
            base.mark_area(aria=False, color=_ACCENT, opacity=0.12),
            base.mark_line(aria=False, color=_ACCENT, strokeWidth=2, strokeJoin="round"),
        )

    def equal(self) -> Drawing:
        """The diagonal."""
        ends = [{"x": 0, "y": 0}, {"x": 1, "y": 1}]
        return self._chart(ends).mark_line(aria=False, color=_MUTED, strokeDash=[4, 4], strokeWidth=1)

    def labelled(
        self, marks: list[dict[str, Any]], *, align: str, dx: int, dy: int
    ) -> tuple[Drawing, Drawing]:
        """Points with their text beside them."""
        base = self._chart(marks)
        return (
            base.mark_point(
                aria=False, filled=True, size=44, color=_ACCENT, opacity=1, stroke=_PAPER, strokeWidth=1.5
            ),
            base.mark_text(
                aria=False, align=align, dx=dx, dy=dy, fontSize=13, fontWeight=600, color=_INK
            ).encode(text="label:N"),
        )


def _axis(values: Sequence[float | str], labels: Sequence[str] | None = None, *, grid: bool = False) -> Any:
    """Ticks where we want them, with the words we want: Vega's own would be English."""
    words: dict[str, Any] = {}
    if labels is not None:
        # A list found by position, as a fraction is no good key; the text goes in as a JSON string.
        listed = json.dumps(list(labels), ensure_ascii=False)
        places = json.dumps([round(float(v), 6) for v in values])
        words["labelExpr"] = f"{listed}[indexof({places}, round(datum.value * 1e6) / 1e6)]"
    return alt.Axis(
        title=None, aria=False, values=list(values), grid=grid, domain=not grid, ticks=not grid, labelAngle=0,
        labelOverlap=False, **words,
    )  # fmt: skip


def _ticks(largest: float) -> list[float]:
    """Round steps (1, 2 or 5 and zeros) from 0 to just above the largest value."""
    if largest <= 0:
        return [0.0, 1.0]
    power = 10.0 ** (len(str(int(largest))) - 1) if largest >= 1 else 10.0 ** -_zeros(largest)
    step = next(
        s * power / 10 for s in (1, 2, 5, 10, 20, 50, 100) if largest <= s * power / 10 * (TICKS_MAX - 1)
    )
    count = -int(-largest // step)
    return [round(step * n, 9) for n in range(count + 1)]


def _zeros(fraction: float) -> int:
    places = 0
    while fraction < 1:
        fraction *= 10
        places += 1
    return places


def _finished(*layers: Drawing) -> Drawing:
    axis = {
        "labelFontSize": 13,
        "labelColor": _MUTED,
        "labelPadding": 6,
        "domainColor": _LINE,
        "tickColor": _LINE,
        "tickSize": 4,
        "gridColor": _LINE,
    }
    return (
        alt.layer(*layers)
        .properties(
            width=WIDTH,
            height=HEIGHT,
            autosize={"type": "fit", "contains": "padding"},
            padding={"left": 2, "top": 6, "right": 18, "bottom": 2},
        )
        .configure(background="transparent", font="Golos Text, system-ui, sans-serif", axis=axis)
        .configure_view(stroke=None)
    )


_VEGALITE = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
_OPENING = re.compile(r"<svg\b[^>]*\bviewBox=\"([^\"]*)\"[^>]*>")
_FONT = re.compile(r' font-family="[^"]*"')
_WORDS = re.compile(r' (?:role|aria-[a-z]+|class)="[^"]*"')  # English, and names a page may use itself


def _svg(chart: Drawing) -> str:
    """The drawing as a decoration: size, font and colours are the page's, words stand beside it."""
    text: str = vl_convert.vegalite_to_svg(chart.to_dict(), vl_version=_VEGALITE, allowed_base_urls=[])
    text = _FONT.sub("", _WORDS.sub("", text))
    text = _OPENING.sub(
        '<svg xmlns="http://www.w3.org/2000/svg" class="rg-chart" viewBox="\\1" aria-hidden="true" '
        'focusable="false">',
        text,
        count=1,
    )
    for ink, variable in _INKS.items():
        text = text.replace(f'"{ink}"', f'"{variable}"')
    return text
