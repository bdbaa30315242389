"""Rules of earning and their limits, each in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from regulars.loyalty.types import Programme
from regulars.loyalty.types.earning import (
    ByAmount,
    ByOrder,
    ByPercent,
    ByPiece,
    Caps,
    Period,
    Rule,
    Times,
    When,
)
from regulars.loyalty.wording.speaker import Speaker
from regulars.loyalty.wording.who import is_segment, who_words
from regulars.offers.wording import goods_words, quoted

_SOME = 2
"""The form of a number that is not whole: 1,5 раза."""


def rule_sentence(rule: Rule, programme: Programme, speaker: Speaker) -> str:
    """ "On Mondays, 10% more comes back as points for goods of the category “Coffee”."."""
    said = _gives(rule, programme, speaker)
    for clause in reversed(when_words(rule.when, programme, speaker)):
        said = pgettext("when, then what", "%(when)s, %(what)s") % {"when": clause, "what": said}
    who = who_words(rule.when.who)
    if who and not is_segment(rule.when.who):
        said = f"{said} ({who})"
    return _sentence(said)


def caps_sentence(caps: Caps, speaker: Speaker) -> str:
    """What can be earned at most; empty without limits."""
    if caps.order_minor is None and caps.period_minor is None:
        return ""
    told = []
    if caps.order_minor is not None:
        told.append(_("%(points)s for an order") % {"points": speaker.points(caps.order_minor)})
    if caps.period_minor is not None:
        told.append(_in_period()[caps.period] % {"points": speaker.points(caps.period_minor)})
    return _("You can earn at most: %(limits)s.") % {"limits": ", ".join(told)}


def has_several_factors(programme: Programme) -> bool:
    """Whether more than one factor may meet: only the largest counts then, and that must be said."""
    levels = programme.tiers.levels if programme.tiers else ()
    return (
        sum(isinstance(rule.gives, Times) for rule in programme.rules)
        + any(level.brings.factor is not None for level in levels)
        > 1
    )


def factor_words(factor: Decimal, speaker: Speaker) -> str:
    """ "twice the points", "1.5 times the points" (вдвое больше баллов, в 1,5 раза больше баллов)."""
    if factor == 2:
        return _("twice the points")
    form = int(factor) if factor == factor.to_integral_value() else _SOME
    return ngettext("%(factor)s time the points", "%(factor)s times the points", form) % {
        "factor": speaker.decimal(factor)
    }


def when_words(when: When, programme: Programme, speaker: Speaker) -> list[str]:
    """Which orders and whose, clause by clause, as they stand before what a rule brings.

    A condition that is more than a segment is too long for that place.
    """
    told = [_days(when, speaker), _weekdays(when.weekdays, speaker)]
    if when.branches:
        said = ngettext("in the branch %(names)s", "in the branches %(names)s", len(when.branches))
        told.append(said % {"names": speaker.one_of([quoted(name) for name in when.branches])})
    if when.channels:
        said = ngettext(
            "in orders that came through %(names)s",
            "in orders that came through %(names)s",
            len(when.channels),
        )
        told.append(said % {"names": speaker.one_of([quoted(name) for name in when.channels])})
    if when.total_from_minor:
        told.append(
            _("in orders of %(money)s or more") % {"money": speaker.money(when.total_from_minor, programme)}
        )
    if when.tiers:
        names = [quoted(name) for name in _tier_names(when.tiers, programme)]
        said = ngettext("with the tier %(names)s", "with the tiers %(names)s", len(names))
        told.append(said % {"names": speaker.one_of(names)})
    if is_segment(when.who):
        told.append(who_words(when.who))
    return [one for one in told if one]


def _tier_names(keys: tuple[str, ...], programme: Programme) -> list[str]:
    levels = programme.tiers.levels if programme.tiers else ()
    names = {level.key: level.name for level in levels}
    return [names.get(key, key) for key in keys]


def _days(when: When, speaker: Speaker) -> str:
    facts = {
        "first": speaker.formats.day(when.first) if when.first else "",
        "last": speaker.formats.day(when.last) if when.last else "",
    }
    if when.first and when.first == when.last:
        return _("on %(first)s") % facts
    if when.first and when.last:
        return _("from %(first)s to %(last)s") % facts
    if when.first:
        return _("from %(first)s on") % facts
    return _("until %(last)s, all that day") % facts if when.last else ""


def _weekdays(weekdays: tuple[int, ...], speaker: Speaker) -> str:
    chosen = tuple(sorted(set(weekdays)))
    if not chosen or len(chosen) == 7:
        return ""
    if chosen == (6, 7):
        return _("at weekends")
    if chosen == (1, 2, 3, 4, 5):
        return _("from Monday to Friday")
    names = (
        pgettext("on which days", "Mondays"),
        pgettext("on which days", "Tuesdays"),
        pgettext("on which days", "Wednesdays"),
        pgettext("on which days", "Thursdays"),
        pgettext("on which days", "Fridays"),
        pgettext("on which days", "Saturdays"),
        pgettext("on which days", "Sundays"),
    )
    return _("on %(days)s") % {"days": speaker.all_of([names[day - 1] for day in chosen])}


def _gives(rule: Rule, programme: Programme, speaker: Speaker) -> str:
    goods = goods_words(rule.goods, speaker.formats.language)
    match rule.gives:
        case ByPercent(percent=percent):
            return _percent(percent, goods, rule, programme, speaker)
        case ByAmount(points_minor=minor, per_minor=per):
            facts = {"points": _more(minor, rule, programme, speaker), "goods": goods}
            facts["money"] = speaker.money(per, programme)
            said = _("%(points)s for each full %(money)s paid")
            return _instead(
                (_("%(points)s for each full %(money)s paid for %(goods)s") if goods else said) % facts, rule
            )
        case ByPiece(points_minor=minor):
            facts = {"points": _more(minor, rule, programme, speaker), "goods": goods}
            said = _("%(points)s for each piece")
            return _instead((_("%(points)s for each piece: %(goods)s") if goods else said) % facts, rule)
        case ByOrder(points_minor=minor):
            facts = {"points": _more(minor, rule, programme, speaker), "goods": goods}
            return (
                _("%(points)s for an order with %(goods)s") if goods else _("%(points)s for an order")
            ) % facts
        case Times(factor=factor):
            return factor_words(factor, speaker)


def _percent(percent: Decimal, goods: str, rule: Rule, programme: Programme, speaker: Speaker) -> str:
    facts = {"percent": speaker.percent(percent), "goods": goods}
    if rule.instead and not percent:
        return (_("no cashback for %(goods)s") if goods else _("no cashback")) % facts
    if rule.instead or not programme.cashback_percent:
        said = _("%(percent)s of what is paid comes back as points")
        said = (_("%(percent)s comes back as points for %(goods)s") if goods else said) % facts
        return _instead(said, rule) if programme.cashback_percent else said
    said = _("%(percent)s more comes back as points")
    return (_("%(percent)s more comes back as points for %(goods)s") if goods else said) % facts


def _more(minor: int, rule: Rule, programme: Programme, speaker: Speaker) -> str:
    """ "50 points more", where there is something it adds to."""
    points = speaker.points(minor)
    if programme.cashback_percent and not rule.instead:
        return _("%(points)s more") % {"points": points}
    return points


def _instead(said: str, rule: Rule) -> str:
    return _("%(what)s, instead of the usual cashback") % {"what": said} if rule.instead else said


def _in_period() -> Mapping[Period, str]:
    return {
        "day": _("%(points)s in a day"),
        "week": _("%(points)s in a week"),
        "month": _("%(points)s in a month"),
        "year": _("%(points)s in a year"),
    }


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:] + "."
