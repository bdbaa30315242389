"""Why a code takes nothing off, as a cashier says it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from regulars.offers.types import CouponRefusal, Refused
from regulars.offers.wording.amounts import Voice
from regulars.offers.wording.goods import goods_words


def refusal_sentence(refused: Refused, voice: Voice) -> str:
    """What is wrong, by how much or until when, and what to do where something can be done."""
    match refused.why:
        case CouponRefusal.UNKNOWN:
            return _("There is no such code. Look whether it is typed right.")
        case CouponRefusal.NOT_YET:
            return _not_yet(refused, voice)
        case CouponRefusal.OVER:
            return _over(refused, voice)
        case CouponRefusal.STOPPED:
            return _("This offer does not run now.")
        case CouponRefusal.USED:
            return _used(refused, voice)
        case CouponRefusal.USED_UP:
            return _used_up(refused, voice)
        case CouponRefusal.ENOUGH:
            return _enough(refused, voice)
        case CouponRefusal.CUSTOMER_NEEDED:
            return _("Say who you are first: show your card or your QR code.")
        case CouponRefusal.NOT_THEIRS:
            return _("This code is for another customer.")
        case CouponRefusal.OTHER_GOODS:
            return _other_goods(refused, voice)
        case CouponRefusal.TOO_SMALL:
            return _too_small(refused, voice)
        case CouponRefusal.OTHER_CURRENCY:
            return _("This offer is for orders in %(currency)s.") % {"currency": refused.currency}
        case CouponRefusal.NOT_TOGETHER:
            return _not_together(refused, voice)
        case CouponRefusal.TWICE:
            return _("This offer counts once for an order.")


def _not_yet(refused: Refused, voice: Voice) -> str:
    if refused.since is None:
        return _("This code does not work yet.")
    return _("This code works from %(day)s on.") % {"day": voice.moment(refused.since)}


def _over(refused: Refused, voice: Voice) -> str:
    if refused.until is None:
        return _("This code is over.")
    return _("This code is over: it worked until %(day)s.") % {"day": voice.last_moment(refused.until)}


def _used(refused: Refused, voice: Voice) -> str:
    if refused.used_at is None:
        return _("This code is set aside for an order that is being paid.")
    day = voice.formats.day(refused.used_at.astimezone(voice.zone).date())
    return _("This code was used already: %(day)s.") % {"day": day}


def _used_up(refused: Refused, voice: Voice) -> str:
    if refused.uses_most is not None:
        told = {"uses": voice.number(refused.uses or 0), "most": voice.number(refused.uses_most)}
        return _("This offer is used up: %(uses)s of %(most)s.") % told
    if refused.left_minor:
        left = voice.money(refused.left_minor)
        return _("This offer has only %(money)s left, and would take off more here.") % {"money": left}
    return _("This offer is used up.")


def _enough(refused: Refused, voice: Voice) -> str:
    told = {"uses": voice.number(refused.uses or 0), "most": voice.number(refused.uses_most or 0)}
    return _("You have used this offer as often as one may: %(uses)s of %(most)s.") % told


def _other_goods(refused: Refused, voice: Voice) -> str:
    goods = goods_words(refused.goods, voice.language) if refused.goods else ""
    if not goods:
        return _("Nothing in the cart is of this offer.")
    return _("Nothing in the cart is of this offer: it is for %(goods)s.") % {"goods": goods}


def _too_small(refused: Refused, voice: Voice) -> str:
    told = {
        "total": voice.money(refused.total_from_minor or 0),
        "missing": voice.money(refused.missing_minor or 0),
    }
    return _("This offer works from %(total)s on: %(missing)s are missing.") % told


def _not_together(refused: Refused, voice: Voice) -> str:
    if not refused.off_minor:
        return _("This offer does not add up with the other discounts, and those take off no less.")
    return _(
        "This offer takes off %(money)s and does not add up with the other discounts, which take off no less."
    ) % {"money": voice.money(refused.off_minor)}
