"""The page of the RFM map: who the customers are, by how recently and how often they ordered."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from regulars.analytics.report import groups, leads
from regulars.analytics.report.rfm_map import rfm_map
from regulars.analytics.types import Audit, RfmSegment
from regulars.analytics.wording.numbers import Formats
from regulars.analytics.wording.segments import Mood, segment_words
from regulars.console.figures import Tile

URGENT = ("cannot_lose", "at_risk")
"""Segments to write to first, the more urgent one before the other."""


def context(audit: Audit, formats: Formats) -> dict[str, Any]:
    return {
        "tiles": [_tile(mood, audit, formats) for mood in ("kept", "slipping", "lost")],
        "rows": rfm_map(audit, formats),
        "segments": groups.segments(audit, formats),
        "every_segment": True,
        "stages": groups.stages(audit, formats),
        "stages_lead": leads.stages(audit, formats),
        "urgent": _urgent(audit, formats),
    }


def _tile(mood: Mood, audit: Audit, formats: Formats) -> Tile:
    """All segments of one mood together."""
    rows = [row for row in audit.rfm if segment_words(row.segment).mood == mood]
    customers = sum(row.customers for row in rows)
    revenue = sum((row.revenue for row in rows), Decimal(0))
    label, meaning = _moods()[mood]
    return Tile(
        key=mood,
        label=label,
        value=formats.number(customers),
        change=_("%(share)s of customers") % {"share": _share(customers, audit.customers, formats)},
        tone=mood,
        period=_("%(share)s of revenue") % {"share": _share(revenue, audit.revenue, formats)},
        help=meaning % {"names": ", ".join(segment_words(row.segment).name for row in rows)},
    )


def _moods() -> dict[Mood, tuple[str, str]]:
    return {
        "kept": (_("Staying"), _("Bought lately. The segments: %(names)s.")),
        "slipping": (_("Slipping away"), _("Silent for longer than others. The segments: %(names)s.")),
        "lost": (_("Gone"), _("Ordered long ago and not often. The segments: %(names)s.")),
    }


def _share(part: Decimal | int, whole: Decimal | int, formats: Formats) -> str:
    return formats.share(float(part / whole) if whole else None)


def _urgent(audit: Audit, formats: Formats) -> dict[str, str] | None:
    """The segment to write to first; None where both are empty."""
    found: dict[str, RfmSegment] = {row.segment: row for row in audit.rfm if row.customers}
    for key in URGENT:
        if key in found:
            row = found[key]
            words = segment_words(row.segment)
            return {
                "key": key,
                "name": words.name,
                "customers": formats.customers(row.customers),
                "who": words.who,
                "what_to_do": words.what_to_do,
                "revenue": formats.money(row.revenue),
            }
    return None
