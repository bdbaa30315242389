"""What is missing to the next benefit, as one would tell the customer: "1,240 ₽ more to “Gold”"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from regulars.loyalty.rules.tiers import following, level
from regulars.loyalty.types import Programme, TierStanding
from regulars.loyalty.types.ahead import Ahead
from regulars.loyalty.types.challenges import OfEvents
from regulars.loyalty.types.days import PersonalDay
from regulars.loyalty.types.progress import Progress
from regulars.loyalty.wording.benefits import benefit_words
from regulars.loyalty.wording.speaker import Speaker
from regulars.loyalty.wording.tiers import measure_words
from regulars.offers.wording import quoted

DAYS_AHEAD = 60
"""A day that is farther away is nothing to look forward to yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A benefit that is ahead. `key`, `name`: of the part of the programme; `done` of `of`: how far one is.

    `left`: how much is missing: money or points in minor units, orders, times, or days.
    """

    kind: Literal["tier", "keep", "challenge", "day"]
    key: str
    name: str
    done: int
    of: int
    left: int
    text: str


def all_missing(ahead: Ahead, speaker: Speaker) -> list[Missing]:
    """All that is ahead of somebody: what ends first, then the tier, goals that are nearest, days to come."""
    programme = ahead.programme
    if programme is None:
        return []
    tiers = [
        to_keep_tier(ahead.standing, programme, speaker, last_day=ahead.last_day),
        to_next_tier(ahead.standing, programme, speaker),
    ]
    goals = [missing for one in ahead.progress if (missing := to_challenge(one, speaker))]
    goals.sort(key=lambda one: one.left / one.of)
    days = [to_day(one.day, one.days, speaker) for one in ahead.days if not one.had]
    return [*filter(None, tiers), *goals, *(one for one in days if one.left <= DAYS_AHEAD)]


def to_next_tier(standing: TierStanding, programme: Programme, speaker: Speaker) -> Missing | None:
    """What is missing to the tier above; None where there is none, or they will have it in a moment."""
    tiers = programme.tiers
    above = following(tiers, standing.tier) if tiers else None
    if tiers is None or above is None or standing.measured_minor >= above.from_minor:
        return None
    # Who keeps a tier for some days more may lack a lot to the one above.
    left = above.from_minor - standing.measured_minor
    facts = {
        "amount": measure_words(left, tiers.measure, programme, speaker),
        "tier": quoted(above.name),
    }
    return Missing(
        kind="tier",
        key=above.key,
        name=above.name,
        done=standing.measured_minor,
        of=above.from_minor,
        left=left,
        text=_("%(amount)s more to %(tier)s") % facts,
    )


def to_keep_tier(
    standing: TierStanding, programme: Programme, speaker: Speaker, *, last_day: date | None
) -> Missing | None:
    """What keeps a tier that ends; None where it does not. `last_day`: by the customer's calendar."""
    tiers = programme.tiers
    now = level(tiers, standing.tier)
    if tiers is None or now is None or last_day is None:
        return None
    left = max(1, now.from_minor - standing.measured_minor)
    facts = {
        "tier": quoted(now.name),
        "day": speaker.formats.day(last_day),
        "amount": measure_words(left, tiers.measure, programme, speaker),
    }
    return Missing(
        kind="keep",
        key=now.key,
        name=now.name,
        done=standing.measured_minor,
        of=now.from_minor,
        left=left,
        text=_("%(tier)s lasts until %(day)s; %(amount)s more and it stays") % facts,
    )


def to_challenge(progress: Progress, speaker: Speaker) -> Missing | None:
    """What is missing to the benefit of a challenge; None where nothing more can be reached now."""
    if progress.is_over:
        return None
    facts = {
        "left": _left(progress, speaker),
        "benefit": benefit_words(progress.benefit, speaker),
        "day": speaker.formats.day(progress.last_day) if progress.last_day else "",
    }
    # Of days, weeks or months in a row the last day is that of the present one, not of all that are missing.
    if progress.last_day is None or progress.challenge.in_a_row:
        text = _("%(left)s more for %(benefit)s") % facts
    else:
        text = _("%(left)s more by %(day)s for %(benefit)s") % facts
    return Missing(
        kind="challenge",
        key=progress.key,
        name=progress.name,
        done=progress.done,
        of=progress.times,
        left=progress.missing,
        text=text,
    )


def to_day(day: PersonalDay, days_left: int, speaker: Speaker) -> Missing:
    """How long it is until a day of the customer's; 0: today."""
    facts = {"day": _day_words(day), "benefit": benefit_words(day.benefit, speaker)}
    if days_left:
        said = ngettext(
            "%(n)s day to %(day)s: %(benefit)s", "%(n)s days to %(day)s: %(benefit)s", days_left
        ) % (facts | {"n": speaker.formats.number(days_left)})
    else:
        said = _("today is the day: %(benefit)s") % facts
    return Missing(kind="day", key=day.key, name=day.name, done=0, of=days_left, left=days_left, text=said)


def _left(progress: Progress, speaker: Speaker) -> str:
    """How often something is to be done yet, by what it is."""
    n = progress.missing
    said = {
        "days": ngettext("%(n)s day in a row", "%(n)s days in a row", n),
        "weeks": ngettext("%(n)s week in a row", "%(n)s weeks in a row", n),
        "months": ngettext("%(n)s month in a row", "%(n)s months in a row", n),
        "stamps": ngettext("%(n)s stamp", "%(n)s stamps", n),
        "visits": ngettext("%(n)s visit", "%(n)s visits", n),
        "review": ngettext("%(n)s review", "%(n)s reviews", n),
        "invite": ngettext("%(n)s friend", "%(n)s friends", n),
        "times": ngettext("%(n)s time", "%(n)s times", n),
        "pieces": ngettext("%(n)s piece", "%(n)s pieces", n),
        "orders": ngettext("%(n)s order", "%(n)s orders", n),
    }[_unit(progress)]
    return said % {"n": speaker.formats.number(n)}


def _unit(progress: Progress) -> str:
    challenge = progress.challenge
    if challenge.in_a_row:
        return challenge.in_a_row
    if progress.shape in ("stamps", "visits"):
        return progress.shape
    if isinstance(challenge.counted, OfEvents):
        return progress.shape if progress.shape in ("review", "invite") else "times"
    return "pieces" if challenge.counted.pieces else "orders"


def _day_words(day: PersonalDay) -> str:
    """The day, as it stands behind "to"."""
    match day.which:
        case "birthday":
            return pgettext("days to", "the birthday")
        case "first_order":
            return pgettext("days to", "the anniversary of the first purchase")
        case "registered":
            return pgettext("days to", "the anniversary of meeting us")
        case "date":
            return quoted(day.name)
