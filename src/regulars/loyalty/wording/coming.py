"""From when points can be spent that cannot be spent yet."""

from __future__ import annotations

from datetime import datetime, tzinfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.analytics.wording.numbers import Formats
from regulars.loyalty.types.till import Member, Usable
from regulars.loyalty.wording.amounts import points


def earned_points(minor: int, usable: Usable, formats: Formats) -> str:
    """What an order brings: "You get 75 points for this order, to be spent from 5 December on"."""
    told: dict[str, str | int] = {"points": points(minor, formats)}
    if usable.is_at_once:
        return _("You get %(points)s for this order") % told
    if usable.at is not None:
        told["day"] = _day(usable.at, usable.zone, usable.asked_at, formats)
        return _("You get %(points)s for this order, to be spent from %(day)s on") % told
    if not usable.days_after_delivery:
        return _("You get %(points)s for this order, to be spent when it has arrived") % told
    told["n"] = usable.days_after_delivery
    return (
        ngettext(
            "You get %(points)s for this order, to be spent %(n)s full day after it has arrived",
            "You get %(points)s for this order, to be spent %(n)s full days after it has arrived",
            usable.days_after_delivery,
        )
        % told
    )


def pending_points(member: Member, *, zone: tzinfo, now: datetime, formats: Formats) -> str:
    """What somebody cannot spend yet, and from when; empty for nothing."""
    minor, coming = member.balance.pending_minor, member.coming
    if not minor:
        return ""
    told = {"points": points(minor, formats)}
    if coming is None:
        return _("On the way: %(points)s") % told
    told["day"] = _day(coming.at, zone, now, formats)
    if coming.points_minor == minor:
        return _("On the way: %(points)s, to be spent from %(day)s on") % told
    told["some"] = points(coming.points_minor, formats)
    return _("On the way: %(points)s; of them %(some)s can be spent from %(day)s on") % told


def _day(moment: datetime, zone: tzinfo, now: datetime, formats: Formats) -> str:
    day = moment.astimezone(zone).date()
    return formats.day_from(day, now.astimezone(zone).date())
