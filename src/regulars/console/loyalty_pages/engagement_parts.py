"""The parts of the programme, and what people do with each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.console.loyalty_pages import words
from regulars.console.voice import Voice
from regulars.loyalty import queries
from regulars.loyalty.queries.discounted import discounts_of
from regulars.loyalty.queries.engagement import PartDoing, parts_doing
from regulars.loyalty.types import MINOR, Programme, Version
from regulars.loyalty.types.challenges import Challenge
from regulars.loyalty.types.earned import of_tier
from regulars.loyalty.types.tiers import Tier
from regulars.offers import queries as offers
from regulars.offers.types import OfferState

YOUNG = timedelta(days=14)
"""A part that is younger is not said to be unused."""

Kind = str

KINDS: Mapping[Kind, Promise] = {
    "cashback": gettext_lazy("earning"),
    "rule": gettext_lazy("rule of earning"),
    "tier": gettext_lazy("tier"),
    "challenge": gettext_lazy("challenge"),
    "stamps": gettext_lazy("stamp card"),
    "occasion": gettext_lazy("occasion"),
    "day": gettext_lazy("personal day"),
    "referral": gettext_lazy("friends"),
    "reward": gettext_lazy("reward"),
    "offer": gettext_lazy("offer"),
}
WHAT_TO_DO: Mapping[Kind, Promise] = {
    "cashback": gettext_lazy(
        "No order has earned anything: look whether the programme runs and tills tell of orders."
    ),
    "rule": gettext_lazy(
        "No order has fitted it. Look whether the goods are still called so, or ask for less; else take it"
        " out."
    ),
    "tier": gettext_lazy("Nobody has had it. Ask for less, or let customers see how near they are."),
    "challenge": gettext_lazy(
        "Nobody has reached it. Make the goal nearer, tell customers of it, or take it out."
    ),
    "day": gettext_lazy("Nobody has got it. Ask customers for their birthday when they join."),
    "referral": gettext_lazy(
        "Nobody has brought a friend. Give out the code on receipts and on the card, and ask those who"
        " praise you."
    ),
    "reward": gettext_lazy("Nobody has taken it. Lower its price, show it at the till, or take it out."),
    "offer": gettext_lazy("Nobody has used it. Tell those it is for, or stop it."),
}
URLS: Mapping[Kind, str] = {
    "challenge": "loyalty-challenges",
    "day": "loyalty-challenges",
    "referral": "loyalty-friends",
    "reward": "loyalty-rewards",
    "offer": "offers",
}
"""Where there is more; other parts are changed with the rules."""


@dataclass(frozen=True)
class Part:
    """A part of the programme as it is now; `since`: the day from which it holds without a break."""

    key: str
    kind: Kind
    name: str
    since: date


@dataclass(frozen=True)
class Row:
    """A row of the table of parts. Figures are empty where they say nothing."""

    key: str
    name: str
    kind: str
    people: str
    share: str
    times: str
    used: str
    points: str
    cost: str
    is_over: bool
    people_count: int
    cost_minor: int
    points_minor: int
    times_count: int


@dataclass(frozen=True)
class Unused:
    """A part nobody uses, and what to do about it."""

    name: str
    kind: str
    text: str
    url: str


def parts_of(days: int, version: Version | None, speak: Voice) -> dict[str, PartDoing]:
    """What each part did, by its key; a part that gave to both sides of a friendship is one."""
    found = parts_doing(
        first=speak.today - timedelta(days=days),
        since=speak.now - timedelta(days=days),
        until=speak.now,
        discounts=discounts_of(version.programme if version else None),
    )
    return {one.key: one for one in found}


def parts(version: Version, speak: Voice) -> list[Part]:
    """The parts of the programme as it is, in their order, then rewards and offers that can be had now."""
    programme = version.programme
    began = _began(queries.versions(), version, speak)

    def part(key: str, kind: Kind, name: str) -> Part:
        return Part(key, kind, name, began(key))

    found = [part("cashback", "cashback", _("Basic cashback"))] if programme.cashback_percent else []
    found += [part(f"rule:{rule.key}", "rule", rule.name) for rule in programme.rules]
    for tier in programme.tiers.levels if programme.tiers else ():
        if _tells(tier):
            found.append(part(of_tier(tier.key), "tier", tier.name))
    found += [part(f"challenge:{one.key}", _shape(one), one.name) for one in programme.challenges]
    found += [part(f"day:{day.key}", "day", day.name) for day in programme.personal_days]
    if programme.referral:
        found.append(part("referral:referrer", "referral", _("Bring a friend")))
        found.append(part("referral:friend", "referral", _("Bring a friend: the friend")))
    for reward in queries.rewards():
        if reward.is_offered(speak.now):
            found.append(Part(f"reward:{reward.id}", "reward", reward.name, speak.day_of(reward.made_at)))
    for offer in offers.offers(states=[OfferState.RUNNING]):
        found.append(Part(f"offer:{offer.id}", "offer", offer.terms.name, speak.day_of(offer.made_at)))
    return found


def idle_tiers(version: Version, enrolled: Mapping[str, int], speak: Voice) -> list[Part]:
    """Tiers of which nothing is told but who has them, and which nobody has."""
    levels = version.programme.tiers.levels if version.programme.tiers else ()
    idle = [tier for tier in levels if not _tells(tier) and not enrolled.get(tier.key)]
    if not idle:
        return []
    began = _began(queries.versions(), version, speak)
    return [Part(of_tier(tier.key), "tier", tier.name, began(of_tier(tier.key))) for tier in idle]


def part_rows(
    current: Sequence[Part],
    doing: Mapping[str, PartDoing],
    active: int,
    version: Version | None,
    speak: Voice,
) -> list[Row]:
    """The parts there are, then what is no part any more but still did something."""
    rows = [
        _row(part.key, part.name, part.kind, doing.get(part.key), active, version, speak) for part in current
    ]
    known = {part.key for part in current}
    rest = [one for key, one in doing.items() if key not in known and one.times]
    names = _names_of_all() if rest else {}
    for one in sorted(rest, key=lambda one: -one.people):
        kind, _colon, named = one.key.partition(":")
        name = names.get(one.key) or one.name or named
        rows.append(_row(one.key, name, kind, one, active, version, speak, is_over=True))
    return rows


def _names_of_all() -> dict[str, str]:
    """What each part was called when it was last a part; the basic cashback and friends too."""
    names = {
        "cashback": _("Basic cashback"),
        "referral:referrer": _("Bring a friend"),
        "referral:friend": _("Bring a friend: the friend"),
    }
    for version in queries.versions():
        programme = version.programme
        names |= {f"rule:{rule.key}": rule.name for rule in programme.rules}
        names |= {of_tier(tier.key): tier.name for tier in programme.tiers.levels} if programme.tiers else {}
        names |= {f"challenge:{one.key}": one.name for one in programme.challenges}
        names |= {f"day:{day.key}": day.name for day in programme.personal_days}
    return names


def unused_parts(current: Iterable[Part], doing: Mapping[str, PartDoing], speak: Voice) -> list[Unused]:
    """Parts that nobody uses though they have been there for a while."""
    found = []
    for part in current:
        one = doing.get(part.key)
        if (one is not None and one.times) or speak.today - part.since < YOUNG:
            continue
        kind = _base(part.kind)
        if part.key == "referral:friend":
            continue  # its other side says so
        found.append(
            Unused(
                name=part.name,
                kind=str(KINDS[part.kind]),
                text=str(WHAT_TO_DO[kind]),
                url=reverse(URLS.get(kind, "loyalty-programme")),
            )
        )
    return found


def _row(
    key: str,
    name: str,
    kind: Kind,
    one: PartDoing | None,
    active: int,
    version: Version | None,
    speak: Voice,
    *,
    is_over: bool = False,
) -> Row:
    formats = speak.formats
    one = one or PartDoing(key, name, 0, 0)
    worth = version.programme.worth_minor if version else 0
    cost = one.points_minor * worth // MINOR + one.cash_minor
    return Row(
        key=key,
        name=name,
        kind=str(KINDS[kind]),
        people=formats.number(one.people),
        share=formats.share(min(1, one.people / active)) if active else "—",
        times=formats.number(one.times),
        used="" if one.used is None else formats.number(one.used),
        points=words.figure(one.points_minor, formats) if one.points_minor else "",
        cost=speak.money(cost, version.programme.currency if version else "") if cost else "",
        is_over=is_over,
        people_count=one.people,
        cost_minor=cost,
        points_minor=one.points_minor,
        times_count=one.times,
    )


def _began(versions: Sequence[Version], version: Version, speak: Voice) -> Callable[[str], date]:
    """Since which day a part has been there without a break."""
    newest_first = [one for one in reversed(versions) if one.since <= version.since]

    def day(key: str) -> date:
        since = version.since
        for one in newest_first:
            if key not in _keys(one.programme):
                break
            since = one.since
        return speak.day_of(since)

    return day


def _keys(programme: Programme) -> set[str]:
    found = {"cashback"} if programme.cashback_percent and programme.running else set()
    found |= {f"rule:{rule.key}" for rule in programme.rules}
    found |= {f"tier:{tier.key}" for tier in programme.tiers.levels} if programme.tiers else set()
    found |= {f"challenge:{one.key}" for one in programme.challenges}
    found |= {f"day:{day.key}" for day in programme.personal_days}
    return found | ({"referral:referrer", "referral:friend"} if programme.referral else set())


def _tells(tier: Tier) -> bool:
    """Whether what a tier brings is told apart: its points from the usual ones, or what it takes off."""
    return (tier.brings.factor or 0) > 1 or tier.brings.has_discount


def _shape(challenge: Challenge) -> Kind:
    return challenge.shape if challenge.shape in ("stamps", "occasion") else "challenge"


def _base(kind: Kind) -> Kind:
    return "challenge" if kind in ("stamps", "occasion") else kind
