"""A personal day in one plain sentence, as customers and staff read it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.loyalty.types import Programme
from regulars.loyalty.types.days import PersonalDay
from regulars.loyalty.wording.benefits import benefit_words
from regulars.loyalty.wording.speaker import Speaker
from regulars.loyalty.wording.who import who_words


def day_sentence(day: PersonalDay, programme: Programme, speaker: Speaker, *, briefly: bool = False) -> str:
    """ "For your birthday: 300 points; given 3 days before it; if we learn of it late, 7 days after it."

    `briefly`: without until when it is given to who tells of it late; customers need not know.
    """
    day_of = {"day": _which(day, speaker), "benefit": benefit_words(day.benefit, speaker)}
    said = ", ".join(filter(None, [_("%(day)s: %(benefit)s") % day_of, who_words(day.who)]))
    late = "" if briefly else _late(day, speaker)
    return "; ".join(filter(None, [said, _ahead(day, speaker), late])) + "."


def _which(day: PersonalDay, speaker: Speaker) -> str:
    if day.which == "date":
        return _("Each year on %(day)s") % {"day": speaker.day_of_year(day.month or 1, day.day or 1)}
    return {
        "birthday": _("For your birthday"),
        "first_order": _("For the anniversary of your first order"),
        "registered": _("For the anniversary of the day you joined"),
    }[day.which]


def _ahead(day: PersonalDay, speaker: Speaker) -> str:
    """How long before the day it is given; empty for the day itself."""
    if not day.before:
        return ""
    said = ngettext("given %(n)s day before it", "given %(n)s days before it", day.before)
    return said % {"n": speaker.formats.number(day.before)}


def _late(day: PersonalDay, speaker: Speaker) -> str:
    """Until when it is given to who could not have it in time."""
    if not day.after:
        return ""
    said = ngettext(
        "if we learn of it late, up to %(n)s day after it",
        "if we learn of it late, up to %(n)s days after it",
        day.after,
    )
    return said % {"n": speaker.formats.number(day.after)}
