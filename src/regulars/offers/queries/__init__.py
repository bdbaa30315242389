"""Reading offers."""

from __future__ import annotations

from regulars.offers.queries.applying import CODES_MAX, apply, try_offer, try_standing, try_terms
from regulars.offers.queries.by_themselves import any_by_itself
from regulars.offers.queries.coupons import coupons_by_key, coupons_of
from regulars.offers.queries.listing import (
    any_offers,
    figures_of,
    offer,
    offers,
    printed_codes,
    uses_by_day,
    uses_page,
)
from regulars.offers.queries.prices import PriceChanges, changes_of, price_list, prices_of
from regulars.offers.queries.uses import use, use_by_key

__all__ = [
    "CODES_MAX",
    "PriceChanges",
    "any_by_itself",
    "any_offers",
    "apply",
    "changes_of",
    "coupons_by_key",
    "coupons_of",
    "figures_of",
    "offer",
    "offers",
    "price_list",
    "prices_of",
    "printed_codes",
    "try_offer",
    "try_standing",
    "try_terms",
    "use",
    "use_by_key",
    "uses_by_day",
    "uses_page",
]
