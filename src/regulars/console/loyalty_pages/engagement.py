"""The page that says who takes part in the programme, in which part of it, and what nobody uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from regulars.console.figures import Tile
from regulars.console.loyalty_pages import words
from regulars.console.loyalty_pages.engagement_parts import (
    Row,
    Unused,
    idle_tiers,
    part_rows,
    parts,
    parts_of,
    unused_parts,
)
from regulars.console.voice import Voice
from regulars.loyalty import queries
from regulars.loyalty.queries.discounted import discounts_of
from regulars.loyalty.queries.engagement import Doing, doing_by_tier, earned_by_tier, enrolled_by_tier
from regulars.loyalty.types import Version

SPANS = (30, 90, 365)
"""Days one may look at."""
UNUSED_MAX = 6
"""More at once are not read."""


@dataclass(frozen=True)
class TierRow:
    name: str
    enrolled: str
    active: str
    active_share: str
    earning: str
    redeeming: str
    points: str


def days_of(asked: str) -> int:
    """The span somebody asked for, in days."""
    return int(asked) if asked in {str(days) for days in SPANS} else SPANS[1]


def context(version: Version | None, days: int, speak: Voice) -> dict[str, Any]:
    """All that the page shows."""
    now, span = speak.now, timedelta(days=days)
    discounts = discounts_of(version.programme if version else None)
    enrolled = enrolled_by_tier(discounts)
    found = {"version": version, "any": bool(enrolled), "days": days, "spans": SPANS}
    if not enrolled:
        return found
    last = doing_by_tier(since=now - span, until=now, discounts=discounts)
    # Against a span in which there was no programme for a while nothing can be said.
    began = min((one.since for one in queries.versions()), default=now)
    before = (
        doing_by_tier(since=now - 2 * span, until=now - span, discounts=discounts)
        if began <= now - 2 * span
        else {}
    )
    doing = parts_of(days, version, speak)
    current = parts(version, speak) if version else []
    rows = part_rows(current, doing, _all(last).active, version, speak)
    idle = idle_tiers(version, enrolled, speak) if version else []
    unused = unused_parts([*current, *idle], doing, speak)
    return found | {
        "headline": headline(sum(enrolled.values()), _all(last), unused, days, speak),
        "tiles": tiles(sum(enrolled.values()), _all(last), _all(before), rows, days, version, speak),
        "rows": rows,
        "tiers": tier_rows(version, enrolled, last, days, speak),
        "unused": unused[:UNUSED_MAX],
        "more_unused": max(0, len(unused) - UNUSED_MAX),
    }


def tier_rows(
    version: Version | None, enrolled: Mapping[str, int], last: Mapping[str, Doing], days: int, speak: Voice
) -> list[TierRow]:
    """The tiers of the programme, those without one first; nothing where there are none."""
    tiers = version.programme.tiers if version else None
    if tiers is None:
        return []
    formats = speak.formats
    earned = earned_by_tier(first=speak.today - timedelta(days=days))
    found = []
    for key, name in [("", _("No tier yet")), *((tier.key, tier.name) for tier in tiers.levels)]:
        doing, members = last.get(key, Doing()), enrolled.get(key, 0)
        found.append(
            TierRow(
                name=name,
                enrolled=formats.number(members),
                active=formats.number(doing.active),
                active_share=formats.share(min(1, doing.active / members)) if members else "—",
                earning=formats.number(doing.earning),
                redeeming=formats.number(doing.redeeming),
                points=words.figure(earned.get(key, (0, 0))[1], formats),
            )
        )
    return found


def headline(enrolled: int, doing: Doing, unused: Sequence[Unused], days: int, speak: Voice) -> str:
    """The answer in a sentence or two."""
    formats = speak.formats
    said = _(
        "In %(days)s days %(active)s of %(enrolled)s who take part earned, spent or used something: "
        "%(share)s."
    ) % {
        "days": days,
        "active": formats.number(doing.active),
        "enrolled": formats.number(enrolled),
        "share": formats.share(min(1, doing.active / enrolled)),
    }
    if not unused:
        return said
    quoted = [_("“%(name)s”") % {"name": one.name} for one in unused[:3]]
    return said + " " + _("Nobody uses: %(names)s.") % {"names": ", ".join(quoted)}


def tiles(
    enrolled: int,
    last: Doing,
    before: Doing,
    rows: Sequence[Row],
    days: int,
    version: Version | None,
    speak: Voice,
) -> list[Tile]:
    """Taking part, active, earning, redeeming; what it cost, and what is owed."""
    formats = speak.formats
    in_span = _("customers in %(days)s days") % {"days": days}

    cost = sum(row.cost_minor for row in rows)
    owed = sum(part.points_minor for part in queries.open_points(at=speak.now, earned=(), expires=()))
    currency = version.programme.currency if version else speak.shop.currency
    worth = words.worth(owed, version, speak)
    return [
        Tile(
            "enrolled",
            _("Take part"),
            formats.number(enrolled),
            period=_("customers by now"),
            help=_(
                "Customers who ever had points or a stamp or used something of the programme, and those with "
                "a tier that brings a discount."
            ),
        ),
        *_people(last, before, in_span, speak),
        Tile(
            "cost",
            _("Given, in money"),
            speak.money(cost, currency),
            period=_("in %(days)s days") % {"days": days},
            help=_(
                "Points at what they are worth, with what coupons and offers took off and what gifts cost. "
                "The discount of a tier is reckoned as if it had been taken off each order of who has it."
            ),
        ),
        Tile(
            "owed",
            _("Owed to customers now"),
            words.figure(owed, formats),
            period=_("points, worth %(money)s") % {"money": worth} if worth else _("points"),
        ),
    ]


def _people(last: Doing, before: Doing, in_span: str, speak: Voice) -> list[Tile]:
    told = (
        (
            "active",
            _("Active"),
            _(
                "They earned or spent points, got a stamp, bought with the discount of a tier, or used "
                "something. The change is against the span before."
            ),
        ),
        ("earning", _("Earn"), _("They got points or a stamp, for an order or a goal.")),
        (
            "redeeming",
            _("Redeem"),
            _(
                "They spent points, bought with the discount of a tier, used a coupon of the programme, or "
                "fetched a gift."
            ),
        ),
    )
    return [
        Tile(
            key,
            label,
            speak.formats.number(getattr(last, key)),
            change=_change(getattr(last, key), getattr(before, key), speak),
            tone=_tone(getattr(last, key), getattr(before, key)),
            period=in_span,
            help=help_,
        )
        for key, label, help_ in told
    ]


def _all(by_tier: Mapping[str, Doing]) -> Doing:
    return Doing(
        sum(one.active for one in by_tier.values()),
        sum(one.earning for one in by_tier.values()),
        sum(one.redeeming for one in by_tier.values()),
    )


def _change(now: int, before: int, speak: Voice) -> str:
    if before <= 0:
        return ""
    return speak.formats.signed((now / before - 1) * 100) + ("\xa0%" if speak.language == "ru" else "%")


def _tone(now: int, before: int) -> str:
    if before <= 0 or abs(now - before) * 20 < before:
        return ""  # under a twentieth: neither better nor worse
    return "kept" if now > before else "slipping"
