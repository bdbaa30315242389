"""A quote as a cashier reads it out and a customer's screen shows it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _

from regulars.analytics.wording.numbers import Formats
from regulars.kit.money import exponent, to_decimal
from regulars.loyalty.types import Programme
from regulars.loyalty.types.till import Quote
from regulars.loyalty.wording.amounts import points


@dataclass(frozen=True, slots=True)
class QuoteSentences:
    """What is earned, what may be paid with points, and what is paid now."""

    earns: str
    may_spend: str
    discount: str


def sentences(quote: Quote, *, language: str, masked: bool) -> QuoteSentences:
    """The three of a quote, in the language that is active. `masked`: they were named by a phone."""
    formats = _formats(language, quote.currency)
    return QuoteSentences(
        earns=_earns(quote, formats),
        may_spend=_may_spend(quote, formats, masked),
        discount=_pays(quote, formats),
    )


def _earns(quote: Quote, formats: Formats) -> str:
    programme = _programme(quote)
    if programme is None:
        return _("The loyalty programme is not running now")
    if quote.earns_minor:
        return _("You get %(points)s for this order") % {"points": points(quote.earns_minor, formats)}
    if programme.currency and programme.currency != quote.currency:
        return _("Points are given for orders in %(currency)s only") % {"currency": programme.currency}
    return _("No points are given for this order")


def _may_spend(quote: Quote, formats: Formats, masked: bool) -> str:
    programme = _programme(quote)
    if programme is None or not quote.most_minor:
        return _("This order cannot be paid with points")
    if quote.payable_minor:
        return _("Up to %(points)s may be spent on this order") % {
            "points": points(quote.payable_minor, formats)
        }
    if masked:
        return _("To pay with points, show your QR code or ask for a code")
    if quote.member is None:
        return _("With points up to %(points)s may be spent on this order") % {
            "points": points(quote.most_minor, formats)
        }
    return _nothing_yet(quote, programme, formats)


def _nothing_yet(quote: Quote, programme: Programme, formats: Formats) -> str:
    assert quote.member is not None  # noqa: S101 (who calls has looked)
    balance = quote.member.balance
    if balance.spendable_minor:
        if programme.spend_from_minor > 0:
            return _("Points are taken from %(least)s on, you have %(points)s") % {
                "least": points(programme.spend_from_minor, formats),
                "points": points(balance.spendable_minor, formats),
            }
        return _("This order cannot be paid with points")
    if balance.pending_minor:
        return _("You have no points to spend yet, %(points)s are on the way") % {
            "points": points(balance.pending_minor, formats)
        }
    return _("You have no points to spend yet")


def _pays(quote: Quote, formats: Formats) -> str:
    told = {
        "points": points(quote.points_minor, formats),
        "money": _money(quote.discount_minor, quote, formats),
        "pays": _money(quote.pays_minor, quote, formats),
    }
    if not quote.points_minor:
        return _("To pay: %(pays)s") % told
    if quote.points_minor < quote.wanted_minor:
        return _("%(points)s take %(money)s off, more is not possible here. To pay: %(pays)s") % told
    return _("%(points)s take %(money)s off. To pay: %(pays)s") % told


def _programme(quote: Quote) -> Programme | None:
    if quote.version is None or not quote.version.programme.running:
        return None
    return quote.version.programme


def _money(minor: int, quote: Quote, formats: Formats) -> str:
    """To the last kopeck, where there are any: it is what is paid."""
    value = to_decimal(minor, quote.currency)
    places = 0 if value == value.to_integral_value() else exponent(quote.currency)
    return formats.money(value, places)


@lru_cache(maxsize=64)
def _formats(language: str, currency: str) -> Formats:
    return Formats(language, currency)
