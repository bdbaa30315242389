"""The points of a customer on their card: what they have, and the page with all that happened to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from regulars.analytics.wording.numbers import Formats
from regulars.console.access import may
from regulars.console.figures import Tile
from regulars.console.voice import Voice
from regulars.console.wording.points import last_day, points, usable_from
from regulars.customers.types import PersonRow
from regulars.kit.money import to_decimal
from regulars.loyalty import queries as loyalty
from regulars.loyalty.rules.earning import discount_minor
from regulars.loyalty.types import AdjustmentRow, Balance, Programme
from regulars.loyalty.types.till import Member
from regulars.loyalty.wording import amounts
from regulars.team.types import Permission

NOTHING = Balance(spendable_minor=0, pending_minor=0, held_minor=0, owed_minor=0)


def points_part(request: HttpRequest, found: PersonRow, speak: Voice) -> dict[str, Any]:
    """What the card says of points; nothing where there is neither a programme nor a point."""
    version = loyalty.current(speak.now)
    member = loyalty.member_of_profile(found.profile_ids[0], at=speak.now)
    balance = member.balance
    if version is None and balance == NOTHING:
        return {}
    waiting = loyalty.adjustments_waiting_of(found.profile_ids)
    return {
        "points": {
            "spendable": points(balance.spendable_minor, speak),
            "worth": worth(balance, version.programme if version else None, speak),
            "lines": balance_lines(member, waiting, speak),
            "can_adjust": version is not None and may(request, Permission.ADJUST_POINTS),
            "qr": may(request, Permission.ADJUST_POINTS) and bool(balance.spendable_minor),
        }
    }


def worth(balance: Balance, programme: Programme | None, speak: Voice) -> str:
    """What can be spent as money; empty where that is nothing."""
    if programme is None or not balance.spendable_minor:
        return ""
    minor = discount_minor(balance.spendable_minor, programme)
    currency = programme.currency or speak.shop.currency
    return Formats(speak.language, currency).money(to_decimal(minor, currency)) if minor else ""


def balance_lines(member: Member, waiting: Sequence[AdjustmentRow], speak: Voice) -> list[dict[str, str]]:
    """What there is to say beside what can be spent, each with its points."""
    balance, coming = member.balance, member.coming
    lines = []
    if balance.soonest_at is not None:
        day = last_day(balance.soonest_at, speak)
        lines.append((_("expire after %(day)s") % {"day": day}, balance.soonest_minor, ""))
    if coming is not None:
        lines.append((usable_from(coming.at, speak), coming.points_minor, ""))
    later = balance.pending_minor - (coming.points_minor if coming else 0)
    lines.append((_("earned, cannot be spent yet"), later, ""))
    lines.append((_("set aside at the till"), balance.held_minor, ""))
    lines.append((_("owed: the next points go there"), balance.owed_minor, "slipping"))
    told = [
        {"text": words, "points": points(minor, speak), "tone": tone} for words, minor, tone in lines if minor
    ]
    return told + waiting_lines(waiting, speak)


def waiting_lines(waiting: Sequence[AdjustmentRow], speak: Voice) -> list[dict[str, str]]:
    """What colleagues asked for and a second one has to look at."""
    words = _("wait for a second colleague")
    return [
        {"text": words, "points": amounts.signed_points(one.points_minor, speak.formats), "tone": ""}
        for one in waiting
    ]


def figures(member: Member, programme: Programme | None, speak: Voice) -> list[Tile]:
    """The figures at the head of the statement."""
    balance = member.balance
    money = worth(balance, programme, speak)
    in_money = _("worth %(money)s at the till") % {"money": money} if money else ""
    expiring = _("after %(day)s") % {"day": last_day(balance.soonest_at, speak)}
    told = (
        ("expiring", _("Expire next"), balance.soonest_minor, expiring),
        ("pending", _("Cannot be spent yet"), balance.pending_minor, _coming(member, speak)),
        ("held", _("Set aside"), balance.held_minor, _("for an order that is being paid")),
        ("owed", _("Owed"), balance.owed_minor, _("the next points go there")),
    )
    spendable = points(balance.spendable_minor, speak)
    return [
        Tile(key="spendable", label=_("Can be spent"), value=spendable, period=in_money),
        *(
            Tile(key=key, label=label, value=points(minor, speak), period=words)
            for key, label, minor, words in told
            if minor
        ),
    ]


def _coming(member: Member, speak: Voice) -> str:
    """From when what is pending can be spent, or why it cannot yet."""
    coming = member.coming
    if coming is None:
        return _("the order may still come back")
    if coming.points_minor == member.balance.pending_minor:
        return usable_from(coming.at, speak)
    told = {"points": points(coming.points_minor, speak), "day": speak.day(speak.day_of(coming.at))}
    return _("%(points)s of them from %(day)s on") % told
