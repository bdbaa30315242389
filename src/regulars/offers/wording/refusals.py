"""Why a code takes nothing off, as a cashier says it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from regulars.offers.types import CouponRefusal


def refusal_sentence(refusal: CouponRefusal) -> str:
    """What is wrong, and what to do where something can be done."""
    match refusal:
        case CouponRefusal.UNKNOWN:
            return _("There is no such code. Look whether it is typed right.")
        case CouponRefusal.NOT_YET:
            return _("This code does not work yet.")
        case CouponRefusal.OVER:
            return _("This code is over.")
        case CouponRefusal.STOPPED:
            return _("This offer does not run now.")
        case CouponRefusal.USED:
            return _("This code was used already.")
        case CouponRefusal.USED_UP:
            return _("This offer is used up.")
        case CouponRefusal.ENOUGH:
            return _("You have used this offer as often as one may.")
        case CouponRefusal.CUSTOMER_NEEDED:
            return _("Say who you are first: show your card or your QR code.")
        case CouponRefusal.NOT_THEIRS:
            return _("This code is for another customer.")
        case CouponRefusal.OTHER_GOODS:
            return _("Nothing in the cart is of this offer.")
        case CouponRefusal.TOO_SMALL:
            return _("The order is too small for this offer.")
        case CouponRefusal.OTHER_CURRENCY:
            return _("This offer is in another currency.")
        case CouponRefusal.NOT_TOGETHER:
            return _("This offer does not add up with the other discounts, and those take off no less.")
        case CouponRefusal.TWICE:
            return _("This offer counts once for an order.")
