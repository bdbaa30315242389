"""Words of offers, and what its services take and give."""

from __future__ import annotations

from regulars.offers.types.carts import Applied, Cart, CartLine, CouponRefusal, Discounted
from regulars.offers.types.terms import Goods, OffAmount, OfferKind, OffPercent, OfPrices, Takes, Terms

__all__ = [
    "Applied",
    "Cart",
    "CartLine",
    "CouponRefusal",
    "Discounted",
    "Goods",
    "OfPrices",
    "OffAmount",
    "OffPercent",
    "OfferKind",
    "Takes",
    "Terms",
]
