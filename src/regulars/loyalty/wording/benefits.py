"""What is given once, in words that stand as a subject and as an object alike."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.loyalty.types import Programme
from regulars.loyalty.types.benefits import Badge, Benefit, CouponGiven, GiftGiven, PointsGiven, TaskGiven
from regulars.loyalty.wording.speaker import Speaker
from regulars.offers.wording import goods_words, quoted


def benefit_words(benefit: Benefit, speaker: Speaker) -> str:
    """ "100 points for 30 days", "a coupon for 10% off, valid for 14 days", or a gift."""
    match benefit:
        case PointsGiven():
            return _points(benefit, speaker)
        case CouponGiven():
            return _coupon(benefit, speaker)
        case GiftGiven():
            said = ngettext(
                "a gift: %(name)s (within %(n)s day)", "a gift: %(name)s (within %(n)s days)", benefit.days
            )
            return said % {"name": quoted(benefit.name), "n": speaker.formats.number(benefit.days)}
        case TaskGiven():
            return quoted(benefit.name)
        case Badge():
            return _("a badge")


def off_words(benefit: CouponGiven, speaker: Speaker) -> str:
    """What a coupon takes off: "10%", "500 ₽"."""
    if benefit.percent is not None:
        return speaker.percent(benefit.percent)
    return speaker.money(benefit.amount_minor or 0, Programme())


def _points(benefit: PointsGiven, speaker: Speaker) -> str:
    told = speaker.points(benefit.points_minor)
    if benefit.days is None:
        return told
    said = ngettext("%(points)s for %(n)s day", "%(points)s for %(n)s days", benefit.days)
    return said % {"points": told, "n": speaker.formats.number(benefit.days)}


def _coupon(benefit: CouponGiven, speaker: Speaker) -> str:
    facts = {
        "off": off_words(benefit, speaker),
        "goods": goods_words(benefit.goods, speaker.formats.language),
        "total": speaker.money(benefit.total_from_minor, Programme()),
    }
    if facts["goods"] and benefit.total_from_minor:
        said = _("a coupon for %(off)s off %(goods)s in orders of %(total)s or more") % facts
    elif facts["goods"]:
        said = _("a coupon for %(off)s off %(goods)s") % facts
    elif benefit.total_from_minor:
        said = _("a coupon for %(off)s off an order of %(total)s or more") % facts
    else:
        said = _("a coupon for %(off)s off") % facts
    valid = ngettext("%(coupon)s, valid for %(n)s day", "%(coupon)s, valid for %(n)s days", benefit.days)
    return valid % {"coupon": said, "n": speaker.formats.number(benefit.days)}
