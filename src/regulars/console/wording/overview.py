"""The overview in words: the headline, what the figures rest on, what to do next."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.analytics.types import Audit
from regulars.analytics.wording.growth import growth_words
from regulars.analytics.wording.numbers import Formats
from regulars.console.voice import Voice

HEADLINE = (
    "revenue",
    "customers",
    "average_order_value",
    "retention_rate",
    "repeat_purchase_rate",
    "regulars_revenue_share",
)
"""How much, of whom, how well they stay; the audit has all the others."""
BEGIN_WITH = 3
"""People named beside a growth point; the audit names more."""
HOURS_FROM = 120  # minutes; below, minutes say more
_PERSON = re.compile(r"\d{1,18}", re.ASCII)


@dataclass(frozen=True)
class Step:
    """Something to do next: a part of setting up that is still missing."""

    title: str
    text: str
    url: str
    action: str


@dataclass(frozen=True)
class Growth:
    """A growth point in short, with the numbers of the persons to begin with."""

    title: str
    value: str
    outlook: str
    action: str
    people: list[int]


def basis(audit: Audit, voice: Voice) -> str:
    """When the figures were made and what they rest on."""
    formats = voice.formats
    return _("Figures as of %(day)s, made on %(made)s at %(time)s from %(orders)s of %(customers)s.") % {
        "day": formats.day(audit.as_of),
        "made": voice.day(voice.day_of(audit.made_at)),
        "time": voice.time(audit.made_at),
        "orders": formats.orders(audit.orders),
        "customers": formats.customers(audit.customers),
    }


def waited(time: timedelta) -> str:
    """ "7 minutes"."""
    minutes = int(time.total_seconds() // 60)
    if minutes < HOURS_FROM:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    return ngettext("%(n)s hour", "%(n)s hours", minutes // 60) % {"n": minutes // 60}


def growth(audit: Audit, voice: Voice) -> list[Growth]:
    """The audit's growth points, the one worth most first, in the currency of the audit."""
    formats = Formats(voice.language, audit.currency)
    found = []
    for point in audit.growth_points:
        words = growth_words(point, audit, formats)
        people = [int(i) for i in point.top if _PERSON.fullmatch(i)][:BEGIN_WITH]
        found.append(Growth(words.title, words.value, words.outlook, words.action, people))
    return found


def steps(missing: Iterable[str]) -> list[Step]:
    """What is missing, in words, in the order given."""
    known = _steps()
    return [known[name] for name in missing]


def _steps() -> dict[str, Step]:
    return {
        "own_shop": Step(
            _("Bring in your own shop"),
            _("What you see is a demo shop. Remove it when you have looked around, then bring in a file."),
            reverse("settings"),
            _("To the settings"),
        ),
        "shop": Step(
            _("Say what your shop is"),
            _("Name, time zone and currency: figures and days are counted by them."),
            reverse("setup"),
            _("Set up the shop"),
        ),
        "margin": Step(
            _("Say how much of the revenue is left to you"),
            _("With the margin, figures show what customers bring you and not only what they pay."),
            reverse("settings-shop"),
            _("Enter the margin"),
        ),
        "watch": Step(
            _("Have the file read by itself"),
            _("Name the folder or address where new orders appear, and figures stay fresh every day."),
            reverse("imports-watches"),
            _("Choose the place"),
        ),
        "programme": Step(
            _("Begin a loyalty programme"),
            _("Points, a stamp card, tiers or a discount card: six ready ones, published in three clicks."),
            reverse("loyalty"),
            _("Look at them"),
        ),
        "colleague": Step(
            _("Invite a colleague"),
            _("Tasks can be given to them, and everybody sees only what they may."),
            reverse("settings-team"),
            _("To the team"),
        ),
    }
