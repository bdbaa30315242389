"""The page of channels: what customers cost and bring."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.analytics.report import leads, tables
from regulars.analytics.types import Audit, Channel
from regulars.analytics.wording.numbers import Formats, plain
from regulars.console.figures import Tile

WORTH_IT = 3
"""LTV / CAC from which a channel has earned its cost well enough to bear more of it."""
DRAWN_MAX = 12
"""Channels in the picture; the table holds all."""


@dataclass(frozen=True)
class Bars:
    """LTV and CAC of a channel as bars on one scale, in percent of the longest."""

    name: str
    ltv: str
    ltv_width: str
    cac: str
    cac_width: str
    tone: str


def context(audit: Audit, formats: Formats) -> dict[str, Any]:
    table = tables.channel_table(audit, formats)
    if table is None:
        return {"channels": None}
    return {
        "channels": table,
        "lead": leads.channels(audit, formats),
        "tiles": _tiles(audit, formats),
        "bars": _bars(audit, formats),
        "advice": _advice(audit, formats),
    }


def _all(audit: Audit) -> Channel:
    """All channels together, or the only one there is."""
    return next((c for c in audit.channels if c.channel is None), audit.channels[-1])


def _tiles(audit: Audit, formats: Formats) -> list[Tile]:
    everybody = _all(audit)
    payback = everybody.payback_months
    ltv_help = (
        _("What a customer has brought on average so far.")
        if audit.margin is None
        else _("The margin on what a customer has brought on average so far.")
    )
    tiles = [Tile("ltv", _("LTV"), formats.money(everybody.ltv), help=ltv_help)]
    if everybody.cac is None:
        return tiles
    return [
        *tiles,
        Tile(
            "cac",
            _("CAC"),
            formats.money(everybody.cac),
            help=_("What winning one customer has cost on average: cost divided by customers won."),
        ),
        Tile(
            "ltv_to_cac",
            _("LTV / CAC"),
            formats.ratio(everybody.ltv_to_cac),
            help=_("How many times over a customer has earned the cost of winning them. Below 1: not yet."),
        ),
        Tile(
            "payback",
            _("Pays back within"),
            pgettext("payback", "not yet") if payback is None else formats.months(payback + 1),
            help=_("The month in which a customer has on average brought what winning them cost."),
        ),
    ]


def _bars(audit: Audit, formats: Formats) -> list[Bars]:
    """Channels with a cost, the largest by customers first; none where no costs were given."""
    named = [c for c in audit.channels if c.channel is not None and c.cac is not None][:DRAWN_MAX]
    longest = max((max(c.ltv, c.cac or Decimal(0)) for c in named), default=Decimal(0))
    places = formats.money_places([c.ltv for c in named] + [c.cac for c in named])
    return [
        Bars(
            name=_name(c),
            ltv=formats.money(c.ltv, places),
            ltv_width=_width(c.ltv, longest),
            cac=formats.money(c.cac, places),
            cac_width=_width(c.cac or Decimal(0), longest),
            tone="lost" if c.ltv_to_cac is not None and c.ltv_to_cac < 1 else "kept",
        )
        for c in named
    ]


def _width(amount: Decimal, longest: Decimal) -> str:
    return f"{max(float(amount / longest), 0.0) * 100:.2f}" if longest > 0 else "0"


def _name(channel: Channel) -> str:
    return plain(channel.channel or "") or _("none named")


def _advice(audit: Audit, formats: Formats) -> list[str]:
    """What the figures say to do: at most one channel to spend more on and one to spend less on."""
    rated = [(c.ltv_to_cac, c) for c in audit.channels if c.channel is not None and c.ltv_to_cac is not None]
    if not rated:
        return []
    best_ratio, best = max(rated, key=lambda pair: pair[0])
    worst_ratio, worst = min(rated, key=lambda pair: pair[0])
    said = []
    if best_ratio >= WORTH_IT:
        said.append(
            _(
                "“%(channel)s” has earned its cost %(ratio)s times over: the place to try for more customers "
                "of the same kind."
            )
            % {"channel": _name(best), "ratio": formats.ratio(best_ratio)}
        )
    if worst_ratio < 1:
        said.append(
            _(
                "“%(channel)s” has not earned its cost so far (%(ratio)s): spend less there, or see that "
                "those who came from it order again."
            )
            % {"channel": _name(worst), "ratio": formats.ratio(worst_ratio)}
        )
    return said or [_("Every channel has earned its cost; none stands out enough to shift money to it.")]
