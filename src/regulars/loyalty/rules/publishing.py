"""What is wrong with a programme that is to be published, and where, in words. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from django.utils.translation import gettext as _

from regulars.loyalty.types import Programme
from regulars.loyalty.types.benefits import Benefit, CouponGiven
from regulars.loyalty.types.challenges import Challenge
from regulars.loyalty.types.days import PersonalDay
from regulars.loyalty.types.earning import ByAmount, ByPercent, ByPiece, Rule
from regulars.loyalty.types.programme import AfterReturnWindow, WithoutPurchase
from regulars.loyalty.types.tiers import Tiers

_LEAP_YEAR = 2024


def wrongs(programme: Programme, *, return_window_days: int) -> list[str]:
    """A sentence for each thing that is wrong; none: it may be published, as far as conditions may."""
    tiers = {tier.key for tier in programme.tiers.levels} if programme.tiers else set()
    found = [*_lifetime(programme, return_window_days), *_keys(programme)]
    for rule in programme.rules:
        found += _rule(rule, tiers)
    if programme.tiers:
        found += _tiers(programme.tiers)
    for challenge in programme.challenges:
        found += _challenge(challenge)
    for day in programme.personal_days:
        found += _day(day)
    for name, benefit in _benefits(programme):
        found += _benefit(name, benefit)
    return found


def at_part(name: str, wrong: str) -> str:
    """ "“Tea week”: the campaign ends before it begins."."""
    return _("“%(part)s”: %(wrong)s") % {"part": name, "wrong": wrong}


def _lifetime(programme: Programme, return_window_days: int) -> Iterator[str]:
    """Points that end so many days after a purchase must be there by then."""
    usable, expiry = programme.usable, programme.expiry
    if not isinstance(usable, AfterReturnWindow) or not isinstance(expiry, WithoutPurchase):
        return
    waits = return_window_days if usable.days is None else usable.days
    if expiry.days <= waits:
        yield _(
            "Points would expire before they can be spent: they wait for %(waits)s days, and expire "
            "after %(days)s days without a purchase. Let them last longer."
        ) % {"waits": waits, "days": expiry.days}


def _keys(programme: Programme) -> Iterator[str]:
    tiers = programme.tiers.levels if programme.tiers else ()
    parts: Sequence[Sequence[Rule] | Sequence[Challenge] | Sequence[PersonalDay]] = (
        programme.rules,
        programme.challenges,
        programme.personal_days,
    )
    named = [[(part.key, part.name) for part in some] for some in parts]
    named.append([(tier.key, tier.name) for tier in tiers])
    for some in named:
        twice = {key for key, count in Counter(key for key, _name in some).items() if count > 1}
        names = [name for key, name in some if key in twice]
        if names:
            yield _("%(parts)s have the same key: remove one and add it anew.") % {
                "parts": ", ".join(f"“{name}”" for name in names)
            }


def _rule(rule: Rule, tiers: set[str]) -> Iterator[str]:
    when = rule.when
    if rule.instead and not isinstance(rule.gives, ByPercent | ByAmount | ByPiece):
        yield at_part(
            rule.name,
            _(
                "only what is given by percent, by amount or by piece can stand instead of the basic "
                "cashback. Let it be given beside it."
            ),
        )
    if not set(when.tiers) <= tiers:
        yield at_part(rule.name, _("it is for a status there is not. Choose one there is, or remove it."))
    yield from _span(rule.name, when.first, when.last)


def _span(name: str, first: date | None, last: date | None) -> Iterator[str]:
    if first and last and last < first:
        yield at_part(name, _("it ends before it begins. Change one of the days."))


def _tiers(tiers: Tiers) -> Iterator[str]:
    for lower, higher in zip(tiers.levels, tiers.levels[1:], strict=False):
        if higher.from_minor <= lower.from_minor:
            yield at_part(
                higher.name,
                _("it has to be reached with more than “%(lower)s” is. Let it begin higher.")
                % {"lower": lower.name},
            )
    for tier in tiers.levels:
        if tier.brings.discount_percent and tier.brings.discount_sum:
            yield at_part(
                tier.name, _("a standing discount is either a percentage or a sum. Say one of the two.")
            )


def _challenge(challenge: Challenge) -> Iterator[str]:
    if challenge.window == "days" and challenge.days is None:
        yield at_part(challenge.name, _("say within how many days it is to be done."))
    if challenge.window == "campaign" and not (challenge.first and challenge.last):
        yield at_part(challenge.name, _("say on which days it begins and ends."))
    if challenge.most is not None and not challenge.repeats:
        yield at_part(
            challenge.name,
            _("it counts once, so how often at most says nothing. Let it repeat, or leave it out."),
        )
    yield from _span(challenge.name, challenge.first, challenge.last)


def _day(day: PersonalDay) -> Iterator[str]:
    if day.which != "date":
        return
    if day.month is None or day.day is None:
        yield at_part(day.name, _("say on which day of the year it is."))
    elif not _is_day(day.month, day.day):
        yield at_part(day.name, _("there is no such day. Choose one of the calendar."))


def _is_day(month: int, day: int) -> bool:
    try:
        date(_LEAP_YEAR, month, day)
    except ValueError:
        return False
    return True


def _benefits(programme: Programme) -> Iterator[tuple[str, Benefit]]:
    yield from ((challenge.name, challenge.benefit) for challenge in programme.challenges)
    yield from ((day.name, day.benefit) for day in programme.personal_days)
    if programme.referral:
        yield _("Bring a friend"), programme.referral.referrer
        yield _("Bring a friend"), programme.referral.friend


def _benefit(name: str, benefit: Benefit) -> Iterator[str]:
    if isinstance(benefit, CouponGiven) and (benefit.percent is None) == (benefit.amount_minor is None):
        yield at_part(name, _("a coupon takes off either a percentage or an amount. Say one of the two."))
