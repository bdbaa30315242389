"""The page that says what customers may still spend, by age, and how much of it is likely to expire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.console.figures import Tile
from regulars.console.loyalty_pages import words
from regulars.console.loyalty_pages.spans import begin_of, months_from
from regulars.console.voice import Voice
from regulars.loyalty import queries
from regulars.loyalty.queries.liability import Open
from regulars.loyalty.rules.breakage import LOTS_MIN, MONTHS_MIN, breakage
from regulars.loyalty.types import Version
from regulars.loyalty.types.breakage import Breakage, Cohort

AGES = (1, 3, 6, 12)
"""Months between which ages are split, backwards by what was earned and forwards by what expires."""


@dataclass(frozen=True)
class Bucket:
    """Points of one age. `width`: of the bar, in percent of the longest."""

    name: str
    points: str
    money: str
    share: str
    width: str
    minor: int
    soon: bool = False


@dataclass(frozen=True)
class State:
    """What both the page and the file are made of."""

    open_: list[Open]
    owed_minor: int
    cohorts: list[Cohort]
    breakage: Breakage | None

    @property
    def minor(self) -> int:
        return sum(part.points_minor for part in self.open_)


def context(version: Version | None, speak: Voice) -> dict[str, Any]:
    """Figures, both pictures, the expectation with its basis."""
    state = state_of(speak)
    earned, expires = by_earned(state, version, speak), by_expiry(state, version, speak)
    return {
        "version": version,
        "any": bool(state.cohorts) or state.owed_minor > 0,
        "tiles": tiles(state, version, speak),
        "earned": earned,
        "expires": expires,
        "breakage": said(state, version, speak),
        "rate": _rate(version, speak),
    }


def tiles(state: State, version: Version | None, speak: Voice) -> list[Tile]:
    """All that is open, what of it can be spent at once, what is likely to expire, what customers owe."""
    formats = speak.formats

    def tile(key: str, label: str, minor: int, help_: str = "") -> Tile:
        money = words.worth(minor, version, speak)
        unit = _("points, worth %(money)s") % {"money": money} if money else _("points")
        return Tile(key, label, words.figure(minor, formats), period=unit, help=help_)

    spendable = sum(part.available_minor for part in state.open_)
    pending = sum(part.pending_minor for part in state.open_)
    found = [
        tile("open", _("Owed to customers"), state.minor, _("All points that may still be spent.")),
        tile("spendable", _("Can be spent now"), spendable),
        tile("pending", _("Not usable yet"), pending, _("They wait for the return window or the delivery.")),
    ]
    if state.breakage:
        likely = state.minor - state.breakage.expected_minor
        found.append(
            tile("likely", _("Likely to be spent"), likely, _("Without what is likely to expire unspent."))
        )
    if state.owed_minor:
        found.append(
            tile(
                "owed",
                _("Owed by customers"),
                state.owed_minor,
                _("Points of returned orders that had been spent; their next points pay it."),
            )
        )
    return found


def by_earned(state: State, version: Version | None, speak: Voice) -> list[Bucket]:
    """By how long ago it was earned, the youngest first."""
    sums = [0] * (len(AGES) + 1)
    for part in state.open_:
        sums[len(AGES) - part.earned] += part.points_minor
    return _buckets(list(zip(_age_names(), sums, strict=True)), state.minor, version, speak)


def by_expiry(state: State, version: Version | None, speak: Voice) -> list[Bucket]:
    """By how soon it expires, the soonest first; what never does comes last."""
    sums = [0] * (len(AGES) + 2)
    for part in state.open_:
        sums[-1 if part.expires is None else part.expires] += part.points_minor
    named = list(zip([*_left_names(), _("never, or not known yet")], sums, strict=True))
    if not sums[-1]:
        named = named[:-1]
    return _buckets(named, state.minor, version, speak, soon=True)


def said(state: State, version: Version | None, speak: Voice) -> dict[str, Any]:
    """How much is likely to expire unspent, and what that rests on; or why nobody can say yet."""
    found, formats = state.breakage, speak.formats
    if found is None:
        over = sum(1 for c in state.cohorts if not c.never and c.open_minor * 100 <= c.got_minor)
        months = ngettext("%(n)s month is over", "%(n)s months are over", over) % {"n": over}
        return {
            "known": False,
            "text": _(
                "Not enough history yet. To say how much will expire, at least %(months)s months with at "
                "least %(lots)s orders must be over: all their points spent or expired. So far %(over)s."
            )
            % {"months": MONTHS_MIN, "lots": LOTS_MIN, "over": months},
        }
    basis = _(
        "Of the %(points)s earned from %(first)s to %(last)s, all spent or expired by now, %(share)s "
        "expired unspent: from %(low)s in the best month to %(high)s in the worst."
    ) % {
        "points": words.whole(found.got_minor, formats),
        "first": formats.month(f"{found.first:%Y-%m}"),
        "last": formats.month(f"{found.last:%Y-%m}"),
        "share": formats.share(found.share),
        "low": formats.share(found.low_share),
        "high": formats.share(found.high_share),
    }
    money = words.worth(found.expected_minor, version, speak)
    outlook = _(
        "If it stays so, %(expected)s of those that are open now will expire%(worth)s: with customers as in "
        "the best month %(low)s, as in the worst %(high)s."
    ) % {
        "expected": words.whole(found.expected_minor, formats),
        "worth": f" ({money})" if money else "",
        "low": words.whole(found.low_minor, formats),
        "high": words.whole(found.high_minor, formats),
    }
    left = _("Of those that are open now a larger share expires: what was spent is gone from them already.")
    return {"known": True, "text": f"{basis} {left}", "outlook": outlook}


def state_of(speak: Voice) -> State:
    """All that is open now, and what became of it before."""
    today = speak.today
    cohorts = queries.cohorts(at=speak.now, zone=speak.shop.timezone)
    return State(
        open_=queries.open_points(at=speak.now, earned=_back(today, speak), expires=_ahead(today, speak)),
        owed_minor=queries.owed_minor(),
        cohorts=cohorts,
        breakage=breakage(cohorts),
    )


def _back(today: date, speak: Voice) -> list[datetime]:
    return [begin_of(months_from(today, -months), speak.zone) for months in reversed(AGES)]


def _ahead(today: date, speak: Voice) -> list[datetime]:
    return [begin_of(months_from(today, months), speak.zone) for months in AGES]


def _buckets(
    named: list[tuple[str, int]], total: int, version: Version | None, speak: Voice, *, soon: bool = False
) -> list[Bucket]:
    longest = max((minor for _name, minor in named), default=0)
    return [
        Bucket(
            name=name,
            points=words.whole(minor, speak.formats),
            money=words.worth(minor, version, speak),
            share=speak.formats.share(minor / total) if total else "",
            width=f"{minor / longest * 100:.2f}" if longest > 0 else "0",
            minor=minor,
            soon=soon and place == 0,
        )
        for place, (name, minor) in enumerate(named)
    ]


def _age_names() -> list[str]:
    return [
        _("within the last month"),
        _("1 to 3 months ago"),
        _("3 to 6 months ago"),
        _("6 to 12 months ago"),
        _("more than a year ago"),
    ]


def _left_names() -> list[str]:
    return [
        _("within a month"),
        _("in 1 to 3 months"),
        _("in 3 to 6 months"),
        _("in 6 to 12 months"),
        _("in more than a year"),
    ]


def _rate(version: Version | None, speak: Voice) -> str:
    if version is None:
        return ""
    money = speak.money(version.programme.worth_minor, version.programme.currency)
    return _("A point is reckoned at %(money)s, as it is worth on an order today.") % {"money": money}
