"""A personal day in one plain sentence, as customers and staff read it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.loyalty.types import Programme
from regulars.loyalty.types.days import PersonalDay
from regulars.loyalty.wording.benefits import benefit_words
from regulars.loyalty.wording.speaker import Speaker
from regulars.loyalty.wording.who import who_words


def day_sentence(day: PersonalDay, programme: Programme, speaker: Speaker) -> str:
    """ "On your birthday: 300 points, from 7 days before to 7 days after it."."""
    day_of = {"day": _which(day, speaker), "benefit": benefit_words(day.benefit, speaker)}
    said = [_("%(day)s: %(benefit)s") % day_of]
    if window := _window(day, speaker):
        said.append(window)
    if who := who_words(day.who):
        said.append(who)
    return ", ".join(said) + "."


def _which(day: PersonalDay, speaker: Speaker) -> str:
    if day.which == "date":
        return _("Each year on %(day)s") % {"day": speaker.day_of_year(day.month or 1, day.day or 1)}
    return {
        "birthday": _("On the birthday"),
        "first_order": _("On the anniversary of the first order"),
        "registered": _("On the day they came to the shop, each year"),
    }[day.which]


def _window(day: PersonalDay, speaker: Speaker) -> str:
    """When it is given, beside the day itself; empty where that is all."""
    parts = []
    if day.before:
        said = ngettext("from %(n)s day before", "from %(n)s days before", day.before)
        parts.append(said % {"n": speaker.formats.number(day.before)})
    if day.after:
        said = ngettext("to %(n)s day after", "to %(n)s days after", day.after)
        parts.append(said % {"n": speaker.formats.number(day.after)})
    return " ".join(parts)
