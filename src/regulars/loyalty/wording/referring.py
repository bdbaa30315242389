"""Bringing a friend in plain sentences, as customers and staff read it."""

from __future__ import annotations

from typing import TypeGuard, get_args

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.loyalty.types import Programme
from regulars.loyalty.types.referring import Referral, Refused
from regulars.loyalty.wording.benefits import benefit_words
from regulars.loyalty.wording.speaker import Speaker
from regulars.loyalty.wording.who import who_words


def referral_sentences(referral: Referral, programme: Programme, speaker: Speaker) -> tuple[str, ...]:
    """What both get, when, and how often; the first is the one for customers in a hurry."""
    both = {
        "referrer": benefit_words(referral.referrer, speaker),
        "friend": benefit_words(referral.friend, speaker),
        "total": speaker.money(referral.order_from_minor, programme),
    }
    if referral.order_from_minor:
        first = _(
            "Give a friend your code: for their first order of %(total)s or more, you get %(referrer)s, and "
            "the friend %(friend)s."
        )
    else:
        first = _(
            "Give a friend your code: for their first order, you get %(referrer)s, and the friend %(friend)s."
        )
    said = [first % both, _when(referral, speaker)]
    if limit := _limit(referral, speaker):
        said.append(limit)
    if who := who_words(referral.who):
        said.append(_("This is %(who)s.") % {"who": who})
    return tuple(said)


def promised_sentences(
    referral: Referral, programme: Programme, speaker: Speaker, referrer: str, friend: str
) -> tuple[str, ...]:
    """What these two get and when, for staff; the names stand as they are kept."""
    both = ((referrer, referral.referrer), (friend, referral.friend))
    said = [
        _("%(name)s: %(given)s.") % {"name": name, "given": benefit_words(benefit, speaker)}
        for name, benefit in both
    ]
    if referral.order_from_minor:
        total = speaker.money(referral.order_from_minor, programme)
        said.append(_("It is for the friend's first order of %(total)s or more.") % {"total": total})
    else:
        said.append(_("It is for the friend's first order."))
    said.append(_when(referral, speaker))
    if limit := _limit(referral, speaker):
        said.append(limit)
    return tuple(said)


def refused_words(reason: Refused) -> str:
    """Why a referral brings nothing, for staff."""
    return {
        "self": _("the friend is the customer themselves"),
        "circle": _("the friend had brought them, or somebody who brought them"),
        "twice": _("somebody else brought this friend before"),
        "known_customer": _("the friend had bought before"),
        "same_address": _("both have the same e-mail, phone or address"),
        "same_device": _("the friend came on a device of theirs, or on one many friends came on"),
        "not_allowed": _("the programme does not let them bring friends"),
        "over_limit": _("they had been rewarded for as many friends as one may be"),
        "decided": _("a colleague said no"),
        "undone": _("the colleague who had told of it took it back"),
    }[reason]


def is_reason(text: str) -> TypeGuard[Refused]:
    """Whether a text is one of the reasons."""
    return text in get_args(Refused)


def _when(referral: Referral, speaker: Speaker) -> str:
    days = speaker.return_window_days if referral.wait_days is None else referral.wait_days
    if not days:
        return _("Both get it as soon as the order is paid.")
    return ngettext(
        "Both get it %(n)s full day after the order, unless it is returned.",
        "Both get it %(n)s full days after the order, unless it is returned.",
        days,
    ) % {"n": speaker.formats.number(days)}


def _limit(referral: Referral, speaker: Speaker) -> str:
    if referral.most is None:
        return ""
    said = {
        "day": ngettext("At most %(n)s friend a day.", "At most %(n)s friends a day.", referral.most),
        "week": ngettext("At most %(n)s friend a week.", "At most %(n)s friends a week.", referral.most),
        "month": ngettext("At most %(n)s friend a month.", "At most %(n)s friends a month.", referral.most),
        "year": ngettext("At most %(n)s friend a year.", "At most %(n)s friends a year.", referral.most),
    }[referral.period]
    return said % {"n": speaker.formats.number(referral.most)}
