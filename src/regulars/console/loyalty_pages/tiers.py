"""Who has which tier: the figures, the picture, the list, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.analytics.wording.numbers import Formats
from regulars.console.figures import Tile
from regulars.console.voice import Voice
from regulars.kit.money import to_decimal
from regulars.loyalty import queries
from regulars.loyalty.rules.tiers import following, level
from regulars.loyalty.types import MINOR, Programme, TierStanding
from regulars.loyalty.types.tier_pages import TierCount, TierPerson, Which
from regulars.loyalty.types.tiers import Tiers
from regulars.loyalty.wording.missing import to_next_tier
from regulars.loyalty.wording.speaker import Speaker
from regulars.loyalty.wording.tiers import measure_words, tier_sentence

SPAN = timedelta(days=30)
"""What is lately."""
FEW = 100
"""One of more than so many who bought is as good as nobody."""
JUDGED_FROM = 100
"""Of fewer who bought nothing can be said."""
_PLACE = re.compile(r"(\d{1,18})_(\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Bar:
    """A tier and how many have it; `width` of a hundred."""

    key: str
    name: str
    sentence: str
    persons: str
    share: str
    width: str
    near: str


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody in the list."""

    person_id: int
    name: str
    tier: str
    measured: str
    counted: Decimal
    """The same as a number: money, orders or points."""
    since: str
    since_day: date | None
    ahead: str
    tone: str


@dataclass(frozen=True, slots=True)
class Page:
    """What the page shows of tiers."""

    tiers: Tiers
    programme: Programme
    counts: Mapping[str, TierCount]
    speak: Voice
    speaker: Speaker

    @property
    def bought(self) -> int:
        return sum(count.persons for count in self.counts.values())

    @property
    def with_tier(self) -> int:
        return sum(self.count(tier.key).persons for tier in self.tiers.levels)

    def count(self, key: str) -> TierCount:
        return self.counts.get(key) or TierCount(key=key, persons=0, came=0, ending=0, near=0)


def page(programme: Programme, tiers: Tiers, speak: Voice) -> Page:
    """What there is to show."""
    formats = Formats(speak.language, programme.currency or speak.shop.currency)
    counts = queries.tier_counts(tiers, since=speak.now - SPAN)
    return Page(tiers, programme, counts, speak, Speaker(formats, speak.shop.return_window_days))


def tiles(of: Page) -> list[Tile]:
    """The figures that come first."""
    formats, levels = of.speak.formats, of.tiers.levels
    came = sum(of.count(tier.key).came for tier in levels)
    ending = sum(of.count(tier.key).ending for tier in levels)
    near = sum(of.count(key).near for key in ("", *(tier.key for tier in levels[:-1])))
    share = formats.share(of.with_tier / of.bought) if of.bought else ""
    return [
        Tile(
            key="with",
            label=_("Have a tier"),
            value=formats.number(of.with_tier),
            period=_("%(share)s of those who bought") % {"share": share} if share else "",
        ),
        Tile(key="came", label=_("New to their tier"), value=formats.number(came), period=_("in 30 days")),
        Tile(
            key="ending",
            label=_("About to lose theirs"),
            value=formats.number(ending),
            period=_("unless they buy some more"),
        ),
        Tile(
            key="near",
            label=_("Near the next"),
            value=formats.number(near),
            period=_("have four fifths of what it asks for"),
        ),
    ]


def bars(of: Page) -> list[Bar]:
    """All tiers, the highest first."""
    formats, most = of.speak.formats, max((c.persons for c in of.counts.values()), default=0)
    found = []
    below = {tier.key: lower for lower, tier in zip(("", *_keys(of.tiers)), of.tiers.levels, strict=False)}
    for tier in reversed(of.tiers.levels):
        count, near = of.count(tier.key), of.count(below[tier.key]).near
        found.append(
            Bar(
                key=tier.key,
                name=tier.name,
                sentence=tier_sentence(tier, of.tiers, of.programme, of.speaker),
                persons=formats.number(count.persons),
                share=formats.share(count.persons / of.bought) if of.bought else "",
                width=f"{100 * count.persons / most:.1f}" if most else "0",
                near=ngettext("%(n)s is near it", "%(n)s are near it", near) % {"n": formats.number(near)}
                if near
                else "",
            )
        )
    return found


def advice(of: Page) -> str:
    """What to do about it; empty where nothing is odd."""
    if not of.bought:
        return ""
    for tier in reversed(of.tiers.levels):
        reached = sum(of.count(key).persons for key in _keys(of.tiers, since=tier.key))
        if reached * FEW < of.bought and of.bought >= JUDGED_FROM:
            facts = {
                "tier": tier.name,
                "amount": measure_words(tier.from_minor, of.tiers.measure, of.programme, of.speaker),
            }
            return (
                _(
                    "Hardly anybody reaches “%(tier)s” (%(amount)s). A goal too far away moves nobody: ask "
                    "for less, or for the same over a longer time."
                )
                % facts
            )
    lowest = of.tiers.levels[0]
    if of.with_tier * 10 >= of.bought * 9 and lowest.from_minor and of.bought >= JUDGED_FROM:
        return _(
            "Nearly everybody has a tier. “%(tier)s” costs you what it brings and moves nobody: ask for more."
        ) % {"tier": lowest.name}
    return ""


def which_of(told: str, of: Page) -> Which:
    """The list that was asked for: "ending", "near-<key>" or a key; else the highest that somebody has."""
    keys = _keys(of.tiers)
    if told == "ending":
        return Which("ending")
    if told.startswith("near-") and told[5:] in keys:
        return Which("near", told[5:])
    if told in keys:
        return Which("tier", told)
    held = [key for key in keys if of.count(key).persons]
    return Which("tier", held[-1] if held else keys[0])


def lines(of: Page, people: Sequence[TierPerson], names: Mapping[int, str]) -> list[Line]:
    """The list in words."""
    return [_line(of, one, names.get(one.person_id, "")) for one in people]


def place_of(one: TierPerson, which: Which) -> str:
    """Where a page ends, as it stands in the address."""
    if which.kind == "ending" and one.ends_at is not None:
        return f"{int(one.ends_at.timestamp() * 1_000_000)}_{one.person_id}"
    return f"{one.measured_minor}_{one.person_id}"


def place(text: str, which: Which) -> TierPerson | None:
    """The other way round; None for what is no place."""
    found = _PLACE.fullmatch(text)
    if found is None:
        return None
    key, person = int(found[1]), int(found[2])
    if which.kind == "ending":
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=min(key, 2**52))
        return TierPerson(person_id=person, tier="", since=None, measured_minor=0, ends_at=moment)
    return TierPerson(person_id=person, tier="", since=None, measured_minor=key, ends_at=None)


def list_words(which: Which, of: Page) -> str:
    """What heads the list."""
    if which.kind == "ending":
        return _("About to lose their tier")
    name = {tier.key: tier.name for tier in of.tiers.levels}[which.key]
    return (_("Near “%(tier)s”") if which.kind == "near" else _("Have “%(tier)s”")) % {"tier": name}


def _line(of: Page, one: TierPerson, name: str) -> Line:
    standing = TierStanding(tier=one.tier, measured_minor=one.measured_minor)
    tier, above = level(of.tiers, one.tier), following(of.tiers, one.tier)
    missing = to_next_tier(standing, of.programme, of.speaker) if above else None
    ends = one.ends_at - timedelta(microseconds=1) if one.ends_at else None
    ahead = missing.text if missing else ""
    if ends is not None:
        ahead = _("until %(day)s") % {"day": of.speak.day(of.speak.day_of(ends))}
    return Line(
        person_id=one.person_id,
        name=name,
        tier=tier.name if tier else "",
        measured=measure_words(one.measured_minor, of.tiers.measure, of.programme, of.speaker),
        counted=_counted(of, one.measured_minor),
        since=of.speak.day(of.speak.day_of(one.since)) if one.since else "",
        since_day=of.speak.day_of(one.since) if one.since else None,
        ahead=ahead,
        tone="slipping" if ends is not None else "",
    )


def _counted(of: Page, measured: int) -> Decimal:
    match of.tiers.measure:
        case "spend":
            return to_decimal(measured, of.programme.currency or of.speak.shop.currency)
        case "orders":
            return Decimal(measured)
        case "points":
            return Decimal(measured) / MINOR


def _keys(tiers: Tiers, *, since: str = "") -> list[str]:
    """Of all tiers, or of one and those above it."""
    keys = [tier.key for tier in tiers.levels]
    return keys[keys.index(since) :] if since else keys
