"""Everything the report's templates say, as ready words: the page around them decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from regulars.analytics.report import cohorts, groups, growth, leads, tables
from regulars.analytics.types import Audit
from regulars.analytics.wording import definitions, headline, notes, source, summary
from regulars.analytics.wording import growth as growth_wording
from regulars.analytics.wording.numbers import Formats


def report_context(audit: Audit, language: str, charts: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What `analytics/audit/_body.html` shows, in `language` ("ru" or "en").

    `charts` are drawings of `compute.charts.draw_charts`, trusted as they are; without them tables stand
    open in their places. The template must be rendered under the same language.
    """
    formats = Formats(language, audit.currency)
    with translation.override(language):
        context = {
            "language": language,
            "charts": {name: mark_safe(svg) for name, svg in (charts or {}).items()},  # noqa: S308
            "summary": summary.summary(audit, formats),
            **_growth(audit, formats),
            "figure_groups": headline.figure_groups(audit, formats),
            "change_caption": headline.change_caption(audit, formats),
            **_pictures(audit, formats),
            **_people(audit, formats),
            **_source(audit, formats),
            "definitions": definitions.definitions(audit, formats),
        }
        context["contents"] = _contents(context)
    return context


def _growth(audit: Audit, formats: Formats) -> dict[str, Any]:
    return {
        "growth": growth.cards(audit, formats),
        "growth_left_out": growth_wording.left_out_lines(audit, formats),
    }


def _pictures(audit: Audit, formats: Formats) -> dict[str, Any]:
    return {
        "months": tables.month_rows(audit, formats),
        "months_lead": leads.months(audit, formats),
        "revenue_caption": leads.revenue_caption(audit),
        "has_partial_month": any(m.partial for m in audit.months),
        "heat_maps": cohorts.heat_maps(audit, formats),
        "cohorts_lead": leads.cohorts(audit, formats),
        "second_order": tables.second_order_rows(audit, formats),
        "second_order_lead": leads.second_order(audit, formats),
        "lorenz": tables.lorenz_rows(audit, formats),
        "lorenz_lead": leads.lorenz(audit, formats),
    }


def _people(audit: Audit, formats: Formats) -> dict[str, Any]:
    return {
        "segments": groups.segments(audit, formats),
        "stages": groups.stages(audit, formats),
        "stages_lead": leads.stages(audit, formats),
        "slipping": tables.slipping_rows(audit, formats),
        "slipping_lead": leads.slipping(audit, formats),
        "slipping_caption": leads.slipping_caption(audit, formats),
        "channels": tables.channel_table(audit, formats),
        "channels_lead": leads.channels(audit, formats),
    }


def _source(audit: Audit, formats: Formats) -> dict[str, Any]:
    return {
        "source": tables.source_rows(audit, formats),
        "source_lead": leads.source(audit, formats),
        "mapping": source.mapping_lines(audit.mapping),
        "mapping_costs": source.mapping_lines(audit.mapping_costs or {}),
        "rejected": source.rejected_rows(audit, formats),
        "rejected_caption": leads.rejected_caption(audit, formats),
        "left_out": source.left_out_lines(audit, formats),
        "notes": notes.note_lines(audit, formats),
    }


def _contents(context: dict[str, Any]) -> list[tuple[str, str]]:
    """Short names of the sections that are there, to jump to."""
    sections = [
        ("rg-growth", _("What to do"), True),
        ("rg-headline", _("Figures"), True),
        ("rg-months", _("Months"), True),
        ("rg-cohorts", _("Cohorts"), context["heat_maps"]),
        ("rg-segments", _("RFM"), True),
        ("rg-stages", _("Stages"), True),
        ("rg-curves", _("Second order and revenue"), True),
        ("rg-slipping", _("Slipping away"), True),
        ("rg-channels", _("Channels"), context["channels"]),
        ("rg-source", _("What was read"), True),
        ("rg-definitions", _("How to read this"), True),
    ]
    return [(id_, name) for id_, name, shown in sections if shown]
