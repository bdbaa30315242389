"""Reading offers."""

from __future__ import annotations

from regulars.offers.queries.applying import CODES_MAX, apply
from regulars.offers.queries.coupons import coupons_by_key, coupons_of
from regulars.offers.queries.listing import any_offers, figures_of, offer, offers, printed_codes, uses_page
from regulars.offers.queries.uses import use, use_by_key

__all__ = [
    "CODES_MAX",
    "any_offers",
    "apply",
    "coupons_by_key",
    "coupons_of",
    "figures_of",
    "offer",
    "offers",
    "printed_codes",
    "use",
    "use_by_key",
    "uses_page",
]
