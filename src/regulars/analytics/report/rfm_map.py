"""The RFM map score by score: 25 places, each with its people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from regulars.analytics.rules.segments import SCORES, segment
from regulars.analytics.types import Audit, Segment
from regulars.analytics.wording.numbers import Formats
from regulars.analytics.wording.segments import GroupWords, segment_words

WEIGHTS = (0.01, 0.03, 0.08, 0.2)  # shares of revenue at which a place gets a stronger colour


@dataclass(frozen=True)
class MapCell:
    """`weight` 0 to 4 is how much of the revenue comes from here; `label` says the whole of it in words."""

    r: int
    f: int
    segment: Segment
    words: GroupWords
    customers: str
    customers_share: str
    label: str
    weight: int
    empty: bool


@dataclass(frozen=True)
class MapRow:
    f: int
    cells: Sequence[MapCell]


def rfm_map(audit: Audit, formats: Formats) -> list[MapRow]:
    """Five rows, those who order most often first; in each, from the longest ago to the latest."""
    found = {(cell.r, cell.f): cell for cell in audit.rfm_map}
    rows = []
    for f in range(SCORES, 0, -1):
        cells = []
        for r in range(1, SCORES + 1):
            cell = found.get((r, f))
            cells.append(
                _cell(
                    r,
                    f,
                    cell.customers if cell else 0,
                    float(cell.revenue / audit.revenue) if cell and audit.revenue else 0.0,
                    audit,
                    formats,
                )
            )
        rows.append(MapRow(f, cells))
    return rows


def _cell(r: int, f: int, customers: int, of_revenue: float, audit: Audit, formats: Formats) -> MapCell:
    key = segment(r, f)
    words = segment_words(key)
    return MapCell(
        r=r,
        f=f,
        segment=key,
        words=words,
        customers=formats.number(customers),
        customers_share=formats.share(customers / audit.customers if audit.customers else None),
        label=_("%(segment)s, R %(r)s, F %(f)s: %(customers)s, %(share)s of revenue")
        % {
            "segment": words.name,
            "r": r,
            "f": f,
            "customers": formats.customers(customers),
            "share": formats.share(of_revenue),
        },
        weight=sum(of_revenue >= part for part in WEIGHTS),
        empty=not customers,
    )
