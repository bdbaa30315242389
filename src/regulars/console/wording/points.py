"""Points of a customer in words: how many, from when, until when, what happened to them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from regulars.console.voice import Voice
from regulars.loyalty.wording import amounts

_MOMENT = timedelta(microseconds=1)


def points(minor: int, voice: Voice) -> str:
    """ "74 points"."""
    return amounts.points(minor, voice.formats)


def last_day(expires_at: datetime | None, voice: Voice) -> str:
    """The day before the first moment at which points cannot be spent any more; empty if there is none."""
    return voice.day(voice.day_of(expires_at - _MOMENT)) if expires_at else ""


def usable_from(usable_at: datetime | None, voice: Voice, *, known: bool = True) -> str:
    """From when points can be spent, where that is not at once; `known` False: nothing is told of it."""
    if not known:
        return ""
    if usable_at is None:
        return _("can be spent once the order has arrived")
    if usable_at <= voice.now:
        return ""
    return _("can be spent from %(day)s on") % {"day": voice.day(voice.day_of(usable_at))}
