"""Each rule of the programme as a plain sentence, what differs between two versions, and an example."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from regulars.analytics.wording.numbers import Formats
from regulars.loyalty.ready.units import units
from regulars.loyalty.rules.earning import brings_points, discount_minor, earned_minor, payable_minor
from regulars.loyalty.types import Programme
from regulars.loyalty.types.earning import Caps
from regulars.loyalty.types.programme import AfterDays, AfterDelivery, AtOnce, Never, OnDay
from regulars.loyalty.wording.challenges import challenge_sentence
from regulars.loyalty.wording.days import day_sentence
from regulars.loyalty.wording.referring import referral_sentences
from regulars.loyalty.wording.rules import caps_sentence, has_several_factors, rule_sentence
from regulars.loyalty.wording.speaker import Speaker
from regulars.loyalty.wording.tiers import how_sentence, tier_sentence
from regulars.team.types import Role

_ANY = 10**12
"""As many points as there may be: no limit."""
_EXAMPLE = 10
"""A thousand roubles, about ten dollars: an order that customers can reckon with."""


@dataclass(frozen=True, slots=True)
class Said:
    """A rule and its sentence; `rule` is its name for programs, such as that of the step of the form."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A rule that differs; `before` is empty where it is new, `after` where it is gone."""

    rule: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Example:
    """What an order comes to, of somebody with enough points."""

    total_minor: int
    earned_minor: int
    payable_minor: int
    discount_minor: int
    text: str


def sentences(
    programme: Programme, *, formats: Formats, return_window_days: int, briefly: bool = False
) -> tuple[Said, ...]:
    """All rules, in the order in which a customer meets them; `briefly`: only those customers meet.

    Where there are no points, nothing is said of how they are spent.
    """
    return _told(programme, programme, Speaker(formats, return_window_days), briefly)


def _told(programme: Programme, whole: Programme, speaker: Speaker, briefly: bool) -> tuple[Said, ...]:
    """The sentences of a programme, or of what is no part of its own of the `whole`."""
    if not programme.running:
        stopped = _("The programme is stopped: nothing is earned, and points cannot be spent.")
        return (Said("running", stopped),)

    def said(rules: Mapping[str, _Says]) -> list[Said]:
        return [Said(rule, say(programme, speaker)) for rule, say in rules.items()]

    has_points = bool(whole.spend_percent) or brings_points(whole)
    told = [Said("earning", _earning(whole, speaker)), *_of_rules(programme, speaker)]
    told += said(_OF_SPENDING) if has_points else []
    told += _of_parts(programme, speaker)
    if has_points:
        told += said(_OF_RETURNS) + ([] if briefly else said(_OF_THE_SHOP))
    return tuple(told)


def basics(
    programme: Programme, *, formats: Formats, return_window_days: int, briefly: bool = False
) -> tuple[Said, ...]:
    """The rules that are no parts of their own; `briefly`: only those customers meet."""
    bare = programme.model_copy(
        update={
            "rules": (),
            "caps": Caps(),
            "tiers": None,
            "challenges": (),
            "personal_days": (),
            "referral": None,
        }
    )
    return _told(bare, programme, Speaker(formats, return_window_days), briefly)


def differences(
    before: Programme | None, after: Programme, *, formats: Formats, return_window_days: int
) -> tuple[Difference, ...]:
    """The rules that differ between two versions, those that are gone last; all where there was none."""
    told = {} if before is None else _by_rule(before, formats, return_window_days)
    now = _by_rule(after, formats, return_window_days)
    changed = [
        Difference(rule, told.get(rule, ""), text) for rule, text in now.items() if told.get(rule) != text
    ]
    return (*changed, *(Difference(rule, text, "") for rule, text in told.items() if rule not in now))


def _by_rule(programme: Programme, formats: Formats, return_window_days: int) -> dict[str, str]:
    said = sentences(programme, formats=formats, return_window_days=return_window_days)
    return {one.rule: one.text for one in said}


def example(
    programme: Programme, *, formats: Formats, total_minor: int, earned: int | None = None
) -> Example:
    """What an order of that total comes to, paid in money alone and with as many points as may be.

    `earned`: by all rules, where there are any; None: the basic cashback is all there is.
    """
    speaker = Speaker(formats, 0)
    if earned is None:
        earned = earned_minor(paid_minor=total_minor, currency=programme.currency, programme=programme)
    payable = payable_minor(total_minor=total_minor, programme=programme, spendable_minor=_ANY)
    discount = discount_minor(payable, programme)
    facts = {
        "total": speaker.money(total_minor, programme),
        "earned": speaker.points(earned),
        "payable": speaker.points(payable),
        "discount": speaker.money(discount, programme),
    }
    if payable:
        said = _(
            "An order of %(total)s brings %(earned)s. Up to %(payable)s of it can be paid with points: "
            "%(discount)s less to pay."
        )
    else:
        said = _("An order of %(total)s brings %(earned)s. It cannot be paid with points.")
    return Example(total_minor, earned, payable, discount, said % facts)


def _earning(programme: Programme, speaker: Speaker) -> str:
    if not programme.cashback_percent:
        levels = programme.tiers.levels if programme.tiers else ()
        if programme.rules or any(tier.brings.cashback_percent for tier in levels):
            return _("By itself an order brings no points.")
        return _("Orders bring no points.")
    paid, earned = _round_example(programme, speaker)
    facts = {
        "percent": speaker.percent(programme.cashback_percent),
        "points": speaker.points(earned),
        "money": speaker.money(paid, programme),
    }
    return _("%(percent)s comes back as points: %(points)s for %(money)s paid in money.") % facts


def _round_example(programme: Programme, speaker: Speaker) -> tuple[int, int]:
    """A round sum of money and what it brings by the basic cashback; more where that were nothing."""
    currency = programme.currency or speaker.formats.currency or "RUB"
    paid = units(currency)(_EXAMPLE)
    while True:
        earned = earned_minor(paid_minor=paid, currency=programme.currency, programme=programme)
        if earned or paid > _ANY:
            return paid, earned
        paid *= 10


def _whole_points(programme: Programme, _speaker: Speaker) -> str:
    if programme.whole_points:
        return _("What an order brings is rounded down to whole points.")
    return _("What an order brings is not rounded to whole points.")


def _worth(programme: Programme, speaker: Speaker) -> str:
    return _("1 point takes %(money)s off an order.") % {
        "money": speaker.money(programme.worth_minor, programme)
    }


def _spending(programme: Programme, speaker: Speaker) -> str:
    if not programme.spend_percent:
        return _("Points are gathered, but cannot be spent yet.")
    facts = {
        "percent": speaker.percent(programme.spend_percent),
        "points": speaker.points(programme.spend_from_minor),
    }
    if programme.spend_percent == 100:
        said = _("An order can be paid with points entirely.")
    else:
        said = _("Up to %(percent)s of an order can be paid with points.") % facts
    if programme.spend_from_minor:
        said += " " + _("Not fewer than %(points)s at once.") % facts
    return said


def _usable(programme: Programme, speaker: Speaker) -> str:
    usable = programme.usable
    if isinstance(usable, AtOnce):
        return _("Points can be spent as soon as the order is paid.")
    if isinstance(usable, AfterDelivery):
        if not usable.days:
            return _("Points can be spent as soon as the order has arrived.")
        return ngettext(
            "Points can be spent %(n)s full day after the order has arrived.",
            "Points can be spent %(n)s full days after the order has arrived.",
            usable.days,
        ) % {"n": usable.days}
    days = speaker.return_window_days if usable.days is None else usable.days
    if not days:
        return _("Points can be spent as soon as the order is paid.")
    if usable.days is None:
        said = ngettext(
            "Points can be spent when the time for returns is over: %(n)s full day after the order.",
            "Points can be spent when the time for returns is over: %(n)s full days after the order.",
            days,
        )
    else:
        said = ngettext(
            "Points can be spent %(n)s full day after the order.",
            "Points can be spent %(n)s full days after the order.",
            days,
        )
    return said % {"n": days}


def _expiry(programme: Programme, speaker: Speaker) -> str:
    expiry = programme.expiry
    if isinstance(expiry, Never):
        return _("Points do not expire.")
    if isinstance(expiry, OnDay):
        day = speaker.day_of_year(expiry.month, expiry.day)
        if not expiry.years:
            return _("Points can be spent until %(day)s of the year they were earned in, all that day.") % {
                "day": day
            }
        if expiry.years == 1:
            return _("Points can be spent until %(day)s of the next year, all that day.") % {"day": day}
        return ngettext(
            "Points can be spent until %(day)s, %(n)s year after the one they were earned in, all that day.",
            "Points can be spent until %(day)s, %(n)s years after the one they were earned in, all that day.",
            expiry.years,
        ) % {"day": day, "n": expiry.years}
    if isinstance(expiry, AfterDays):
        said = ngettext(
            "Points can be spent for %(n)s day, then they expire.",
            "Points can be spent for %(n)s days, then they expire.",
            expiry.days,
        )
    else:
        said = ngettext(
            "Points expire after %(n)s day without a purchase; each purchase gives all that time anew.",
            "Points expire after %(n)s days without a purchase; each purchase gives all that time anew.",
            expiry.days,
        )
    return said % {"n": speaker.formats.number(expiry.days)}


def _given_back(programme: Programme, speaker: Speaker) -> str:
    if not programme.given_back_days:
        return _(
            "If you return an order, the points it brought are taken back, and those you paid with come "
            "back; expired ones are lost."
        )
    return ngettext(
        "If you return an order, the points it brought are taken back, and those you paid with come back; "
        "for expired ones you get new ones for %(n)s day.",
        "If you return an order, the points it brought are taken back, and those you paid with come back; "
        "for expired ones you get new ones for %(n)s days.",
        programme.given_back_days,
    ) % {"n": speaker.formats.number(programme.given_back_days)}


def _when_spent(programme: Programme, _speaker: Speaker) -> str:
    return {
        "owe": _(
            "When an order is given back whose points are spent already, they are taken from the customer's "
            "other points; what is missing is owed, and the next points pay it."
        ),
        "take": _(
            "When an order is given back whose points are spent already, they are taken from the customer's "
            "other points; what is missing is forgiven."
        ),
        "write_off": _(
            "When an order is given back, only what is left of its own points is taken; the rest is forgiven."
        ),
    }[programme.when_spent]


def _hold(programme: Programme, _speaker: Speaker) -> str:
    return ngettext(
        "Points set aside at the till come back by themselves after %(n)s minute.",
        "Points set aside at the till come back by themselves after %(n)s minutes.",
        programme.hold_minutes,
    ) % {"n": programme.hold_minutes}


def _factor(programme: Programme, speaker: Speaker) -> str:
    limit = programme.factor_above_minor
    if limit is None:
        return _("Any number of points is spent without a QR or a code of the customer.")
    if not limit:
        return _("Points are spent only with the customer's QR or a code.")
    return _("Spending more than %(points)s asks for the customer's QR or a code.") % {
        "points": speaker.points(limit)
    }


def _offline(programme: Programme, speaker: Speaker) -> str:
    if not programme.offline_minor:
        return _("A till without a connection takes no points.")
    return _("A till without a connection takes at most %(points)s at once.") % {
        "points": speaker.points(programme.offline_minor)
    }


def _by_hand(programme: Programme, speaker: Speaker) -> str:
    whose: dict[Role, Callable[[], str]] = {
        Role.OWNER: lambda: pgettext("who gives points by hand", "the owner"),
        Role.MARKETER: lambda: pgettext("who gives points by hand", "a marketer"),
        Role.AGENT: lambda: pgettext("who gives points by hand", "a support agent"),
        Role.ANALYST: lambda: pgettext("who gives points by hand", "an analyst"),
        Role.CASHIER: lambda: pgettext("who gives points by hand", "a cashier"),
    }
    parts = [
        _("%(who)s any number") % {"who": whose[role]()}
        if limit >= _ANY
        else _("%(who)s up to %(points)s") % {"who": whose[role](), "points": speaker.points(limit)}
        for role in Role
        if (limit := programme.adjust_minor.get(role, 0))
    ]
    if not parts:
        return _("Nobody gives or takes points by hand.")
    return _("By hand give and take: %(limits)s.") % {"limits": ", ".join(parts)}


def _second_eyes(programme: Programme, speaker: Speaker) -> str:
    if programme.second_eyes_minor >= _ANY:
        return _("What is given by hand needs no second colleague.")
    return _("More than %(points)s by hand waits for a second colleague.") % {
        "points": speaker.points(programme.second_eyes_minor)
    }


def _of_rules(programme: Programme, speaker: Speaker) -> Iterator[Said]:
    for rule in programme.rules:
        yield Said(f"rule:{rule.key}", rule_sentence(rule, programme, speaker))
    if has_several_factors(programme):
        yield Said("factors", _("Points are never multiplied twice: the larger number counts."))
    if said := caps_sentence(programme.caps, speaker):
        yield Said("caps", said)


def _of_parts(programme: Programme, speaker: Speaker) -> Iterator[Said]:
    if programme.tiers is not None:
        yield Said("tiers", how_sentence(programme.tiers, speaker))
        for tier in programme.tiers.levels:
            yield Said(f"tier:{tier.key}", tier_sentence(tier, programme.tiers, programme, speaker))
    for challenge in programme.challenges:
        yield Said(f"challenge:{challenge.key}", challenge_sentence(challenge, programme, speaker))
    for day in programme.personal_days:
        yield Said(f"day:{day.key}", day_sentence(day, programme, speaker))
    if programme.referral is not None:
        yield Said("friends", " ".join(referral_sentences(programme.referral, programme, speaker)))


_Says = Callable[[Programme, Speaker], str]
_OF_SPENDING: dict[str, _Says] = {
    "worth": _worth,
    "spending": _spending,
    "usable": _usable,
    "expiry": _expiry,
}
_OF_RETURNS: dict[str, _Says] = {"given_back": _given_back}
_OF_THE_SHOP: dict[str, _Says] = {
    "whole_points": _whole_points,
    "when_spent": _when_spent,
    "hold": _hold,
    "factor": _factor,
    "offline": _offline,
    "by_hand": _by_hand,
    "second_eyes": _second_eyes,
}
