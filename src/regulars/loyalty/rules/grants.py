"""What grants are called elsewhere, and the terms of their coupons. Pure."""

from __future__ import annotations

from regulars.loyalty.types.benefits import CouponGiven
from regulars.offers.types import OffAmount, OfferKind, OffPercent, Terms


def reward_key(order_key: str) -> str:
    """What is given for a reward that was taken, by the key of its order."""
    return f"reward:{order_key}"


def lot_key(key: str) -> str:
    """The lot of points that were given."""
    return f"grant:{key}"


def coupon_key(key: str, round_: int) -> str:
    """The coupon that was given. One that was withdrawn is no good any more: the next has another key."""
    return f"grant:{key}" if round_ == 1 else f"grant:{key}#{round_}"


def coupon_terms(benefit: CouponGiven, *, name: str, currency: str) -> Terms:
    """The offer such coupons are of; when each ends is its own."""
    if benefit.percent is not None:
        takes: OffPercent | OffAmount = OffPercent(percent=benefit.percent)
    elif benefit.amount_minor is not None:
        takes = OffAmount(amount_minor=benefit.amount_minor)
    else:
        raise ValueError("a coupon takes off so many percent or so much money")
    return Terms(
        name=name,
        kind=OfferKind.CODES,
        takes=takes,
        currency=currency,
        goods=benefit.goods,
        total_from_minor=benefit.total_from_minor,
    )


def grant_of_coupon(key: str) -> tuple[str, int] | None:
    """The key of the grant and its round, of a coupon's key; None: it is not of a grant."""
    if not key.startswith("grant:"):
        return None
    of, _hash, round_ = key.removeprefix("grant:").partition("#")
    return of, int(round_ or 1)
