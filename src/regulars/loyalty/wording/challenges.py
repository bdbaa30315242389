"""A challenge in one plain sentence, as customers and staff read it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from regulars.customers.types import PROFILE_CREATED
from regulars.loyalty.rules.challenges import DAYS_UNLESS_SAID
from regulars.loyalty.types import Programme
from regulars.loyalty.types.challenges import Challenge, OfEvents, OfOrders, Shape
from regulars.loyalty.wording.benefits import benefit_words
from regulars.loyalty.wording.speaker import Speaker
from regulars.loyalty.wording.who import who_words
from regulars.offers.wording import goods_words, quoted
from regulars.segments.queries import details_sentence

JOINING = frozenset({PROFILE_CREATED.name, "signed_up", "account_created"})
"""Events of somebody who becomes a customer, as we and as sites call them."""


def challenge_sentence(challenge: Challenge, programme: Programme, speaker: Speaker) -> str:
    """ "For every 6 orders within a calendar month, at most 2 times a month: 100 points."."""
    done = " ".join(filter(None, [_what(challenge, programme, speaker), _within(challenge, speaker)]))
    done = ", ".join(filter(None, [who_words(challenge.who), done, _how_often(challenge, speaker)]))
    said = _("%(done)s: %(benefit)s") % {
        "done": done,
        "benefit": benefit_words(challenge.benefit, speaker),
    }
    return said[:1].upper() + said[1:] + "."


def shape_name(shape: Shape) -> str:
    """What kind of thing it is: "Stamp card"."""
    return {
        "occasion": _("Occasion"),
        "stamps": _("Stamp card"),
        "challenge": _("Challenge"),
        "review": _("Reviews"),
        "invite": _("Friends brought"),
        "visits": _("Visits"),
    }[shape]


def _what(challenge: Challenge, programme: Programme, speaker: Speaker) -> str:
    """ "for 6 orders with “Cappuccino”"."""
    if challenge.in_a_row:
        return _in_a_row(challenge, speaker)
    counted = challenge.counted
    if isinstance(counted, OfEvents):
        return _events(challenge, speaker)
    return _orders(challenge, counted, programme, speaker)


def _orders(challenge: Challenge, counted: OfOrders, programme: Programme, speaker: Speaker) -> str:
    n = challenge.times
    goods = goods_words(counted.goods, speaker.formats.language)
    if counted.pieces:
        every = ngettext("for every %(n)s piece", "for every %(n)s pieces", n)
        told = every if challenge.repeats else ngettext("for %(n)s piece", "for %(n)s pieces", n)
    elif n == 1 and challenge.repeats:
        told = _("for each order")
    else:
        every = ngettext("for every %(n)s order", "for every %(n)s orders", n)
        told = every if challenge.repeats else ngettext("for %(n)s order", "for %(n)s orders", n)
    said = told % _n(n, speaker)
    if goods and counted.pieces:
        said = _("%(pieces)s (%(goods)s)") % {"pieces": said, "goods": goods}
    if counted.total_from_minor:
        money = speaker.money(counted.total_from_minor, programme)
        said = _("%(orders)s of %(money)s or more") % {"orders": said, "money": money}
    if goods and not counted.pieces:
        said = _("%(orders)s with %(goods)s") % {"orders": said, "goods": goods}
    return said


def _events(challenge: Challenge, speaker: Speaker) -> str:
    """Events have names for programs; customers read what the shop calls the challenge."""
    n = challenge.times
    each = challenge.repeats
    match challenge.shape:
        case "review" if n == 1:
            told = _("for every review") if each else _("for a review")
        case "invite" if n == 1:
            told = _("for every friend brought") if each else _("for a friend brought")
        case "visits" if n == 1:
            told = _("for every visit") if each else _("for a visit")
        case "review":
            every = ngettext("for every %(n)s review", "for every %(n)s reviews", n)
            told = every if each else ngettext("for %(n)s review", "for %(n)s reviews", n)
        case "invite":
            every = ngettext("for every %(n)s friend brought", "for every %(n)s friends brought", n)
            told = every if each else ngettext("for %(n)s friend brought", "for %(n)s friends brought", n)
        case "visits":
            every = ngettext("for every %(n)s visit", "for every %(n)s visits", n)
            told = every if each else ngettext("for %(n)s visit", "for %(n)s visits", n)
        case _ if n == 1 and _is_joining(challenge):
            told = _("for joining")
        case _:
            if n == 1:
                named = _("each time for %(name)s") if each else _("for %(name)s")
                return named % {"name": quoted(challenge.name)}
            every = ngettext("for %(name)s, every %(n)s time", "for %(name)s, every %(n)s times", n)
            told = every if each else ngettext("for %(name)s, %(n)s time", "for %(name)s, %(n)s times", n)
    said = told % (_n(n, speaker) | {"name": quoted(challenge.name)})
    return _where(said, challenge)


def _is_joining(challenge: Challenge) -> bool:
    """Whether it is for becoming a customer: shops call that by names that read badly in a sentence."""
    counted = challenge.counted
    return isinstance(counted, OfEvents) and counted.event in JOINING


def _where(said: str, challenge: Challenge) -> str:
    """With what an event has to be like: "for 1 review (rating: 4 or more)"."""
    counted = challenge.counted
    details = details_sentence(counted.event, counted.where) if isinstance(counted, OfEvents) else ""
    return _("%(what)s (%(details)s)") % {"what": said, "details": details} if details else said


def _in_a_row(challenge: Challenge, speaker: Speaker) -> str:
    n = challenge.times
    match challenge.in_a_row:
        case "days":
            told = ngettext("%(n)s day in a row", "%(n)s days in a row", n)
        case "weeks":
            told = ngettext("%(n)s week in a row", "%(n)s weeks in a row", n)
        case _:
            told = ngettext("%(n)s month in a row", "%(n)s months in a row", n)
    counted = challenge.counted
    facts = {"time": told % _n(n, speaker), "name": quoted(challenge.name)}
    if isinstance(counted, OfEvents):
        if challenge.shape == "visits":
            return _where(_("for coming %(time)s") % facts, challenge)
        return _where(_("for %(name)s %(time)s") % facts, challenge)
    if goods := goods_words(counted.goods, speaker.formats.language):
        return _("for orders with %(goods)s %(time)s") % (facts | {"goods": goods})
    return _("for orders %(time)s") % facts


def _within(challenge: Challenge, speaker: Speaker) -> str:
    """Within what; of what is done once, how often says it."""
    if challenge.times == 1 and challenge.window != "campaign":
        return ""
    match challenge.window:
        case "day":
            return _("within a day")
        case "week":
            return _("within a week, from Monday to Sunday")
        case "month":
            return _("within a calendar month")
        case "year":
            return _("within a calendar year")
        case "days" if not challenge.in_a_row:
            days = challenge.days or DAYS_UNLESS_SAID
            return ngettext("within %(n)s day", "within %(n)s days", days) % _n(days, speaker)
        case "campaign":
            return _campaign(challenge, speaker)
        case _:
            return ""


def _campaign(challenge: Challenge, speaker: Speaker) -> str:
    facts = {
        "first": speaker.formats.day(challenge.first) if challenge.first else "",
        "last": speaker.formats.day(challenge.last) if challenge.last else "",
    }
    if challenge.first and challenge.last:
        return _("from %(first)s to %(last)s") % facts
    if challenge.first:
        return _("from %(first)s on") % facts
    return _("until %(last)s, all that day") % facts if challenge.last else ""


def _how_often(challenge: Challenge, speaker: Speaker) -> str:
    """ "once a month", "at most 3 times"; empty where there is no limit."""
    most = challenge.most if challenge.repeats else 1
    if most is None:
        return _("each time") if challenge.in_a_row else ""
    if most == 1:
        return _once(challenge, speaker)
    times = ngettext("at most %(n)s time", "at most %(n)s times", most) % _n(most, speaker)
    facts = {"times": times}
    match challenge.window:
        case "day":
            return _("%(times)s a day") % facts
        case "week":
            return _("%(times)s a week") % facts
        case "month":
            return _("%(times)s a month") % facts
        case "year":
            return _("%(times)s a year") % facts
        case "days" if not challenge.in_a_row:
            days = challenge.days or DAYS_UNLESS_SAID
            said = ngettext("%(times)s in %(n)s day", "%(times)s in %(n)s days", days)
            return said % (facts | _n(days, speaker))
        case _:
            return times


def _once(challenge: Challenge, speaker: Speaker) -> str:
    match challenge.window:
        case "day":
            return _("once a day")
        case "week":
            return _("once a week")
        case "month":
            return _("once a month")
        case "year":
            return _("once a year")
        case "days" if not challenge.in_a_row:
            days = challenge.days or DAYS_UNLESS_SAID
            return ngettext("once in %(n)s day", "once in %(n)s days", days) % _n(days, speaker)
        case _:
            return pgettext("how often", "once")


def _n(n: int, speaker: Speaker) -> dict[str, str]:
    return {"n": speaker.formats.number(n)}
