"""What the pages of figures share: the tiles, and what the figures rest on."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from regulars.analytics.types import Audit
from regulars.analytics.wording import headline
from regulars.analytics.wording.numbers import Formats

TONES = {"better": "kept", "worse": "lost", "neutral": ""}
"""The colour of a change, by what it means."""


@dataclass(frozen=True)
class Tile:
    """What console/parts/figure.html takes."""

    key: str
    label: str
    value: str
    change: str = ""
    tone: str = ""
    period: str = ""
    help: str = ""


@dataclass(frozen=True)
class TileGroup:
    key: str
    name: str
    tiles: list[Tile]


def tile(key: str, audit: Audit, formats: Formats) -> Tile:
    """One headline figure with its change and what it says; LookupError for a key that is none."""
    return _tile(headline.figure(key, audit, formats))


def tile_groups(audit: Audit, formats: Formats) -> list[TileGroup]:
    """All headline figures, in the order in which an owner asks."""
    return [
        TileGroup(group.key, group.name, [_tile(figure) for figure in group.figures])
        for group in headline.figure_groups(audit, formats)
    ]


def _tile(figure: headline.Figure) -> Tile:
    change = figure.change
    if change is None:
        return Tile(figure.key, figure.name, figure.value, help=figure.meaning)
    said = f"{change.text}, {change.verdict_text}" if change.verdict_text else change.text
    return Tile(
        key=figure.key,
        label=figure.name,
        value=figure.value,
        change=said,
        tone=TONES[change.verdict],
        period=change.period,
        help=figure.meaning,
    )


def basis(audit: Audit, formats: Formats) -> list[str]:
    """What the figures rest on: the span, how much of what, the day of the figures, when they were made."""
    made = audit.made_at.astimezone(ZoneInfo(audit.timezone))
    return [
        " · ".join(
            (
                f"{formats.day(audit.from_)} – {formats.day(audit.to)}",
                formats.customers(audit.customers),
                formats.orders(audit.orders),
            )
        ),
        gettext("As of %(day)s; made on %(made)s at %(time)s.")
        % {"day": formats.day(audit.as_of), "made": formats.day(made.date()), "time": f"{made:%H:%M}"},
    ]
