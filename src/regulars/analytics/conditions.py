"""What conditions can ask about the figures of a customer, as the last run found them."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from regulars.analytics.wording.numbers import Formats
from regulars.analytics.wording.segments import (
    SEGMENT_ORDER,
    STAGE_ORDER,
    segment_words,
    stage_words,
)
from regulars.kit import attributes
from regulars.kit.attributes import Attribute, Kind, Relation

FIGURES = Relation(
    name="figures",
    query="""
        SELECT person_id, stage, segment, r, f, m, usual_gap_days, channel FROM analytics_customerfigures
    """,
    one_each=True,
    by_figures=True,
)
GROUP = _("Figures of the customer")


def _stages() -> Sequence[tuple[str, str]]:
    formats = Formats(get_language() or "en")
    return [(stage, stage_words(stage, 1, formats).name) for stage in STAGE_ORDER]


def _segments() -> Sequence[tuple[str, str]]:
    return [(segment, segment_words(segment).name) for segment in SEGMENT_ORDER]


def _number(key: str, label: Promise, column: str) -> Attribute:
    return Attribute(
        key=f"analytics.{key}",
        label=label,
        group=GROUP,
        kind=Kind.NUMBER,
        relation=FIGURES.name,
        expression=column,
    )


ATTRIBUTES = (
    Attribute(
        key="analytics.stage",
        label=_("Stage"),
        group=GROUP,
        kind=Kind.CHOICE,
        relation=FIGURES.name,
        expression="stage",
        choices=_stages,
    ),
    Attribute(
        key="analytics.segment",
        label=_("RFM segment"),
        group=GROUP,
        kind=Kind.CHOICE,
        relation=FIGURES.name,
        expression="segment",
        choices=_segments,
    ),
    _number("recency", _("Score R (recency, 1–5)"), "r"),
    _number("frequency", _("Score F (frequency, 1–5)"), "f"),
    _number("monetary", _("Score M (money spent, 1–5)"), "m"),
    _number("usual_gap", _("Usual days between their purchases"), "usual_gap_days"),
    Attribute(
        key="analytics.channel",
        label=_("Channel of the first order"),
        group=GROUP,
        kind=Kind.TEXT,
        relation=FIGURES.name,
        expression="channel",
    ),
)


def register() -> None:
    """Make them known to conditions."""
    attributes.register_relation(FIGURES)
    attributes.register(*ATTRIBUTES)
