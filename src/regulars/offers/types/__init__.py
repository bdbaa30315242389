"""Words of offers, and what its services take and give."""

from __future__ import annotations

from regulars.offers.types.carts import Applied, Cart, CartLine, CouponRefusal, Discounted, Refused
from regulars.offers.types.events import COUPON_ISSUED, COUPON_RETURNED, COUPON_USED, EVENT_TYPES, SOURCE
from regulars.offers.types.offers import CodeState, Coupon, Issue, Offer, OfferState, PrintedCode
from regulars.offers.types.standing import Standing
from regulars.offers.types.terms import (
    LISTED_MAX,
    LISTED_SHOWN,
    PRICES_MAX,
    Goods,
    OffAmount,
    OfferKind,
    OffPercent,
    OfPrices,
    Takes,
    Terms,
)
from regulars.offers.types.uses import COUNTS, NewUse, Use, UsedOffer, UseState

__all__ = [
    "COUNTS",
    "COUPON_ISSUED",
    "COUPON_RETURNED",
    "COUPON_USED",
    "EVENT_TYPES",
    "LISTED_MAX",
    "LISTED_SHOWN",
    "PRICES_MAX",
    "SOURCE",
    "Applied",
    "Cart",
    "CartLine",
    "CodeState",
    "Coupon",
    "CouponRefusal",
    "Discounted",
    "Goods",
    "Issue",
    "NewUse",
    "OfPrices",
    "OffAmount",
    "OffPercent",
    "Offer",
    "OfferKind",
    "OfferState",
    "PrintedCode",
    "Refused",
    "Standing",
    "Takes",
    "Terms",
    "Use",
    "UseState",
    "UsedOffer",
]
