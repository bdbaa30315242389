"""An offer in plain words: what a customer reads of it, and all of it for colleagues."""

from __future__ import annotations

from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.offers.types import OfferKind, OffPercent, OfPrices, Terms
from regulars.offers.wording.amounts import Voice
from regulars.offers.wording.goods import goods_words
from regulars.segments import queries as segments
from regulars.segments.errors import BadCondition

PRICES_NAMED = 3
_AFTER_STOP = " "


def customer_sentence(terms: Terms, voice: Voice) -> str:
    """What a customer reads: "10% off the order, at most 500 ₽. For orders of 1,000 ₽ or more." """
    return _to_customers(terms.model_dump_json(), voice)


@lru_cache(maxsize=1_000)
def _to_customers(document: str, voice: Voice) -> str:
    """Kept, as tills ask for the same few with every cart."""
    terms = Terms.model_validate_json(document)
    said = [_takes(terms, voice), _orders(terms, voice), _until(terms, voice)]
    if not terms.with_offers:
        said.append(_("Does not add up with other offers."))
    if not terms.with_points:
        said.append(_("Cannot be paid with points."))
    return _AFTER_STOP.join(one for one in said if one)


def sentences(terms: Terms, voice: Voice, *, shared_code: str = "") -> list[str]:
    """All of it, in the order in which one asks: what, how one comes by it, for whom, when, how often."""
    said = [
        _takes(terms, voice),
        _orders(terms, voice),
        _by(terms, shared_code),
        _who(terms),
        _when(terms, voice),
        *_limits(terms, voice),
        _together(terms),
    ]
    return [one for one in said if one]


def off_words(terms: Terms, voice: Voice) -> str:
    """The least one may say: "10% off", "500 ₽ off", "prices of 12 goods"."""
    if isinstance(terms.takes, OfPrices):
        count = terms.takes.size
        return ngettext("the price of %(n)s product", "the prices of %(n)s products", count) % {
            "n": voice.number(count)
        }
    off = (
        voice.percent(terms.takes.percent)
        if isinstance(terms.takes, OffPercent)
        else voice.money(terms.takes.amount_minor)
    )
    return _("%(off)s off") % {"off": off}


def _takes(terms: Terms, voice: Voice) -> str:
    said = _what(terms, voice)
    return said[:1].upper() + said[1:]


def _what(terms: Terms, voice: Voice) -> str:
    if isinstance(terms.takes, OfPrices):
        return _prices(terms.takes, voice)
    facts = {"off": off_words(terms, voice), "goods": goods_words(terms.goods, voice.language)}
    if isinstance(terms.takes, OffPercent) and terms.takes.most_minor is not None:
        facts["most"] = voice.money(terms.takes.most_minor)
        if facts["goods"]:
            return _("%(off)s %(goods)s, at most %(most)s.") % facts
        return _("%(off)s the order, at most %(most)s.") % facts
    return (_("%(off)s %(goods)s.") if facts["goods"] else _("%(off)s the order.")) % facts


def _prices(takes: OfPrices, voice: Voice) -> str:
    named = [
        _("“%(name)s” for %(price)s") % {"name": name, "price": voice.money(price)}
        for name, price in sorted(takes.prices.items())[:PRICES_NAMED]
    ]
    if rest := takes.size - len(named):
        named.append(ngettext("and %(n)s more", "and %(n)s more", rest) % {"n": voice.number(rest)})
    return _("Own prices: %(prices)s.") % {"prices": ", ".join(named)}


def _orders(terms: Terms, voice: Voice) -> str:
    if not terms.total_from_minor:
        return ""
    return _("For orders of %(total)s or more.") % {"total": voice.money(terms.total_from_minor)}


def _by(terms: Terms, shared_code: str) -> str:
    if terms.kind is OfferKind.SHARED:
        return _("With the code %(code)s.") % {"code": shared_code} if shared_code else ""
    if terms.kind is OfferKind.CODES:
        return _("With a code that works once.")
    return _("Applies at the till by itself.")


def _who(terms: Terms) -> str:
    if terms.who is None:
        return _("For everybody.")
    try:
        return _("For customers of whom holds: %(who)s.") % {"who": segments.condition_sentence(terms.who)}
    except BadCondition:
        return _("For customers of a condition that no longer can be read: nobody gets it.")


def _until(terms: Terms, voice: Voice) -> str:
    if terms.until is None:
        return ""
    return _("Until %(until)s.") % {"until": voice.last_moment(terms.until)}


def _when(terms: Terms, voice: Voice) -> str:
    if terms.since is None:
        return _until(terms, voice)
    facts = {"since": voice.moment(terms.since)}
    if terms.until is None:
        return _("From %(since)s on.") % facts
    return _("From %(since)s until %(until)s.") % {**facts, "until": voice.last_moment(terms.until)}


def _limits(terms: Terms, voice: Voice) -> list[str]:
    said = []
    if terms.uses is not None:
        told = ngettext(
            "%(n)s time altogether, whoever comes first.",
            "%(n)s times altogether, whoever comes first.",
            terms.uses,
        )
        said.append(told % {"n": voice.number(terms.uses)})
    if terms.uses_each is not None:
        told = ngettext("%(n)s time for each customer.", "%(n)s times for each customer.", terms.uses_each)
        said.append(told % {"n": voice.number(terms.uses_each)})
    if terms.budget_minor is not None:
        said.append(
            _("It takes off %(budget)s altogether, and no more.")
            % {"budget": voice.money(terms.budget_minor)}
        )
    return said


def _together(terms: Terms) -> str:
    said = [
        _("Adds up with other offers that allow it.")
        if terms.with_offers
        else _("Does not add up with other offers: whichever takes off more counts.")
    ]
    if not terms.with_tier:
        said.append(_("In place of the discount of a status, if it takes off more."))
    if not terms.with_points:
        said.append(_("Cannot be paid with points."))
    if not terms.given_back:
        said.append(_("When the order is given back, it stays used."))
    return _AFTER_STOP.join(said)
