"""A quote as a cashier reads it out and a customer's screen shows it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.analytics.wording.numbers import Formats
from regulars.kit.money import exponent, to_decimal
from regulars.loyalty.rules.tiers import missing_to_discount
from regulars.loyalty.types import MINOR, Programme
from regulars.loyalty.types.earned import of_rule, of_tier
from regulars.loyalty.types.tiers import Tier
from regulars.loyalty.types.till import Member, Quote
from regulars.loyalty.wording.amounts import number, points
from regulars.loyalty.wording.coming import earned_points, pending_points

_FRACTION_OF = 21
"""Behind "up to" a fraction takes the form of 21: до 2,5 балла, до 21 балла, but до 2 баллов."""


@dataclass(frozen=True, slots=True)
class QuoteSentences:
    """What is earned, what may be paid with points, and what is paid now; empty where the programme has no
    such thing, as a discount card has no points."""

    earns: str
    may_spend: str
    discount: str


def sentences(quote: Quote, *, language: str, masked: bool) -> QuoteSentences:
    """The three of a quote, in the language that is active. `masked`: they were named by a phone."""
    formats = _formats(language, quote.currency)
    programme = _programme(quote)
    return QuoteSentences(
        earns=_earns(quote, programme, formats),
        may_spend=_may_spend(quote, programme, formats, masked),
        discount=_pays(quote, formats),
    )


@dataclass(frozen=True, slots=True)
class Brought:
    """What a part of the programme brings: `mechanic` is cashback, rule or tier."""

    mechanic: str
    key: str
    name: str
    points_minor: int
    sentence: str


def brought(quote: Quote, *, language: str) -> list[Brought]:
    """What each part of the programme brings of what is earned, the most first."""
    if quote.version is None:
        return []
    formats = _formats(language, quote.currency)
    programme = quote.version.programme
    names = {of_rule(rule.key): rule.name for rule in programme.rules}
    names |= {of_tier(tier.key): tier.name for tier in (programme.tiers.levels if programme.tiers else ())}
    found = []
    for mechanic, minor in sorted(quote.shares.items(), key=lambda share: -share[1]):
        kind, _colon, key = mechanic.partition(":")
        name = names.get(mechanic, _("Cashback"))
        told = {"name": name, "points": points(minor, formats)}
        found.append(Brought(kind, key, name, minor, _("%(name)s: %(points)s") % told))
    return found


def tier_sentence(quote: Quote, *, language: str) -> str:
    """What the customer's tier takes off, and what whoever serves them has to know of it; empty for nothing.

    All else it brings is no matter of one order; `benefits` say it.
    """
    if quote.tier is None:
        return ""
    told = {"tier": quote.tier.name}
    formats = _formats(language, quote.currency)
    served = []
    if quote.tier.brings.free_delivery:
        served.append(_("free delivery"))
    if quote.tier.brings.priority_service:
        served.append(_("priority service"))
    served += _missing_to_discount(quote, quote.tier, formats)
    told["served"] = ", ".join(served)
    if not quote.tier_minor:
        return _("Status “%(tier)s”: %(served)s") % told if served else ""
    told["money"] = _money(quote.tier_minor, quote, formats)
    if served:
        return _("Discount of the status “%(tier)s”: %(money)s; also %(served)s") % told
    return _("Discount of the status “%(tier)s”: %(money)s") % told


def _missing_to_discount(quote: Quote, tier: Tier, formats: Formats) -> list[str]:
    """How much more the cart would have to come to for the sum the tier takes off."""
    left = missing_to_discount(tier, quote.total_minor)
    if tier.brings.discount_sum is None or not left or not quote.offers.with_tier:
        return []
    told = {
        "left": _money(left, quote, formats),
        "money": _money(tier.brings.discount_sum.amount_minor, quote, formats),
    }
    return [_("%(left)s more to a discount of %(money)s") % told]


def _earns(quote: Quote, programme: Programme | None, formats: Formats) -> str:
    if programme is None:
        return _("The loyalty programme is not running now")
    if quote.earns_minor:
        return earned_points(quote.earns_minor, quote.usable, formats)
    if programme.currency and programme.currency != quote.currency:
        return _("Points are given for orders in %(currency)s only") % {"currency": programme.currency}
    if not _orders_bring_points(programme):
        return ""
    return _("No points are given for this order")


def _may_spend(quote: Quote, programme: Programme | None, formats: Formats, masked: bool) -> str:
    if programme is not None and not programme.spend_percent:
        return ""
    if not quote.offers.may_pay_with_points:
        return _("With this offer the order cannot be paid with points")
    if programme is None or not quote.most_minor:
        return _("This order cannot be paid with points")
    if quote.payable_minor:
        return ngettext(
            "Up to %(n)s point may be spent on this order",
            "Up to %(n)s points may be spent on this order",
            _form(quote.payable_minor),
        ) % {"n": number(quote.payable_minor, formats)}
    if masked:
        return _("To pay with points, show your QR code or ask for a code")
    if quote.member is None:
        return ngettext(
            "Members may spend up to %(n)s point on this order",
            "Members may spend up to %(n)s points on this order",
            _form(quote.most_minor),
        ) % {"n": number(quote.most_minor, formats)}
    return _none_to_spend(quote, quote.member, programme, formats)


def _none_to_spend(quote: Quote, member: Member, programme: Programme, formats: Formats) -> str:
    balance = member.balance
    if 0 < balance.spendable_minor < programme.spend_from_minor:
        least = ngettext(
            "Points are taken from %(n)s point on",
            "Points are taken from %(n)s points on",
            _form(programme.spend_from_minor),
        ) % {"n": number(programme.spend_from_minor, formats)}
        return _("%(least)s, you have %(points)s") % {
            "least": least,
            "points": points(balance.spendable_minor, formats),
        }
    if balance.spendable_minor:
        return _("This order cannot be paid with points")
    coming = pending_points(member, zone=quote.usable.zone, now=quote.usable.asked_at, formats=formats)
    return ". ".join(filter(None, [_("You have no points to spend yet"), coming]))


def _pays(quote: Quote, formats: Formats) -> str:
    told = {
        "points": points(quote.points_minor, formats),
        "money": _money(quote.discount_minor, quote, formats),
        "pays": _money(quote.pays_minor, quote, formats),
    }
    if not quote.points_minor:
        return _("To pay: %(pays)s") % told
    if quote.points_minor < quote.wanted_minor:
        return _("Discount for %(points)s, more is not possible: %(money)s. To pay: %(pays)s") % told
    return _("Discount for %(points)s: %(money)s. To pay: %(pays)s") % told


def _programme(quote: Quote) -> Programme | None:
    if quote.version is None or not quote.version.programme.running:
        return None
    return quote.version.programme


def _orders_bring_points(programme: Programme) -> bool:
    by_tier = [tier.brings.cashback_percent for tier in programme.tiers.levels] if programme.tiers else []
    return bool(programme.cashback_percent or programme.rules or any(by_tier))


def _money(minor: int, quote: Quote, formats: Formats) -> str:
    """To the last kopeck, where there are any: it is what is paid."""
    value = to_decimal(minor, quote.currency)
    places = 0 if value == value.to_integral_value() else exponent(quote.currency)
    return formats.money(value, places)


def _form(minor: int) -> int:
    return _FRACTION_OF if minor % MINOR else minor // MINOR


@lru_cache(maxsize=64)
def _formats(language: str, currency: str) -> Formats:
    return Formats(language, currency)
