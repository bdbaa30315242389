"""Why an offer takes nothing off a cart, with the sum or the day it depends on."""

from __future__ import annotations

from datetime import datetime

from regulars.offers.rules.combining import Candidate, Combined
from regulars.offers.types import Cart, CouponRefusal, Refused, Terms


def not_at(at: datetime, *, since: datetime | None, until: datetime | None) -> Refused | None:
    """Why what can be used from one moment until before another cannot be used at a third; None: it can."""
    if since is not None and at < since:
        return Refused(CouponRefusal.NOT_YET, since=since)
    if until is not None and at >= until:
        return Refused(CouponRefusal.OVER, until=until)
    return None


def not_this_cart(terms: Terms, currency: str, cart: Cart) -> Refused | None:
    """Why an offer in that currency is not for a cart, whatever is in it; None: it is."""
    if currency != cart.currency:
        return Refused(CouponRefusal.OTHER_CURRENCY, currency=currency)
    missing = terms.total_from_minor - cart.total_minor
    if missing > 0:
        return Refused(
            CouponRefusal.TOO_SMALL, total_from_minor=terms.total_from_minor, missing_minor=missing
        )
    return None


def left_out(one: Candidate, combined: Combined, *, off_minor: int) -> Refused:
    """Why an offer that might be used does not count. `off_minor`: what it alone would take off."""
    if one.offer_id in combined.too_dear:
        return Refused(CouponRefusal.USED_UP, left_minor=one.left_minor)
    return takes_no_more(one.ready.terms, off_minor=off_minor)


def takes_no_more(terms: Terms, *, off_minor: int) -> Refused:
    """The same of one that is not too dear."""
    if off_minor:
        return Refused(CouponRefusal.NOT_TOGETHER, off_minor=off_minor)
    return Refused(CouponRefusal.OTHER_GOODS, goods=terms.goods)
