"""Each rule of the programme as a plain sentence, what differs between two versions, and an example."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from regulars.analytics.wording.numbers import Formats
from regulars.loyalty.rules.earning import discount_minor, earned_minor, payable_minor
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
    """All rules, in the order in which a customer meets them; `briefly`: only those customers meet."""
    if not programme.running:
        stopped = _("The programme is stopped: nothing is earned, and points cannot be spent.")
        return (Said("running", stopped),)
    speaker = Speaker(formats, return_window_days)
    told = [Said("earning", _earning(programme, speaker)), *_of_rules(programme, speaker)]
    told += [Said(rule, say(programme, speaker)) for rule, say in _OF_SPENDING.items()]
    told += _of_parts(programme, speaker)
    told += [Said(rule, say(programme, speaker)) for rule, say in _OF_RETURNS.items()]
    if not briefly:
        told += [Said(rule, say(programme, speaker)) for rule, say in _OF_THE_SHOP.items()]
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
    return sentences(bare, formats=formats, return_window_days=return_window_days, briefly=briefly)


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
    facts = {"percent": speaker.percent(programme.cashback_percent)}
    if not programme.cashback_percent:
        return _("Orders bring no points.")
    if programme.whole_points:
        return _("Of what is paid in money, %(percent)s comes back as points, in whole points.") % facts
    return _("Of what is paid in money, %(percent)s comes back as points.") % facts


def _worth(programme: Programme, speaker: Speaker) -> str:
    return _("A point takes %(money)s off an order.") % {
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
            "When an order paid with points is given back, its points come back; those that have expired "
            "are lost."
        )
    return ngettext(
        "When an order paid with points is given back, its points come back; those that have expired are "
        "given anew for %(n)s day.",
        "When an order paid with points is given back, its points come back; those that have expired are "
        "given anew for %(n)s days.",
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
        yield Said("factors", _("Where points would be multiplied twice, only the larger number counts."))
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
    "when_spent": _when_spent,
    "hold": _hold,
    "factor": _factor,
    "offline": _offline,
    "by_hand": _by_hand,
    "second_eyes": _second_eyes,
}
