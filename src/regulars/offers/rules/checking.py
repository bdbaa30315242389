"""Terms that contradict themselves."""

from __future__ import annotations

from django.utils.translation import gettext as _

from regulars.offers.rules.codes import SHARED_PATTERN, plain
from regulars.offers.types import OfferKind, OffPercent, OfPrices, Terms


def wrong_of(terms: Terms) -> str:
    """What is wrong with these terms, in words; empty: nothing."""
    has_prices = isinstance(terms.takes, OfPrices)
    if terms.kind is OfferKind.PRICES and not has_prices:
        return _("Say the prices: the name of each product and what a piece of it costs.")
    if terms.kind is not OfferKind.PRICES and has_prices:
        return _("Prices of goods apply without a code; choose “prices” as the kind of offer.")
    if terms.since is not None and terms.until is not None and terms.since >= terms.until:
        return _("The offer ends before it begins. Let it end later.")
    if isinstance(terms.takes, OffPercent) and terms.takes.percent == 0:
        return _("Take more off than nothing.")
    if terms.uses is not None and terms.uses_each is not None and terms.uses_each > terms.uses:
        return _("One person may use it more often than all together. Raise the one, or lower the other.")
    return ""


def wrong_of_code(code: str) -> str:
    """What is wrong with a shared code, in words; empty: nothing."""
    if not SHARED_PATTERN.fullmatch(plain(code)):
        return _("Write a code of 3 to 32 letters and digits, such as SPRING.")
    return ""
