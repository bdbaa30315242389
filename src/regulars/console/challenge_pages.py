"""Challenges and personal days as pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.analytics.wording.numbers import plain
from regulars.console.figures import Tile
from regulars.console.loyalty_pages.bars import WIDTH, Bars, bars
from regulars.console.loyalty_pages.spans import begin_of
from regulars.console.voice import Voice
from regulars.console.wording.people import name_or_number
from regulars.loyalty import queries
from regulars.loyalty.types import Programme
from regulars.loyalty.types.challenges import Challenge
from regulars.loyalty.types.days import DayFigures
from regulars.loyalty.types.progress import ChallengeFigures, Challenges, NearGoal
from regulars.loyalty.wording.challenges import challenge_sentence, shape_name
from regulars.loyalty.wording.days import day_sentence
from regulars.loyalty.wording.speaker import Speaker

SPAN_DAYS = 30
WEEKS = 12
ICONS = {
    "occasion": "sparkles",
    "stamps": "stamp",
    "challenge": "trophy",
    "review": "sparkles",
    "invite": "share-2",
    "visits": "calendar-days",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A challenge in the list."""

    key: str
    name: str
    kind: str
    icon: str
    sentence: str
    taking_part: str
    halfway: str
    reached: str
    cost: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A personal day in the list."""

    name: str
    sentence: str
    given: str
    more: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Somebody who is near the goal."""

    person: int
    name: str
    done: str
    share: int
    times: int
    number: int
    missing: str
    until: str
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """A week of the picture."""

    name: str
    short: str
    reached: str


class Told:
    """Says challenges in the language of who reads."""

    def __init__(self, programme: Programme, speak: Voice) -> None:
        self.programme = programme
        self.speak = speak
        self.formats = speak.formats
        self.speaker = Speaker(speak.formats, speak.shop.return_window_days)

    def sentence(self, challenge: Challenge) -> str:
        return challenge_sentence(challenge, self.programme, self.speaker)

    def line(self, one: ChallengeFigures) -> Line:
        challenge = one.challenge
        return Line(
            key=challenge.key,
            name=plain(challenge.name),
            kind=shape_name(challenge.shape),
            icon=ICONS[challenge.shape],
            sentence=self.sentence(challenge),
            taking_part=self.formats.number(one.taking_part),
            halfway=self.formats.number(one.halfway),
            reached=self._reached(one),
            cost=self.cost([one]) or "—",
            hint=self._hint(one),
        )

    def cost(self, figures: Sequence[ChallengeFigures]) -> str:
        """What was given in the span: "1,200 points · 3 coupons · 450 ₽"."""
        points = sum(one.points_minor for one in figures)
        money = sum(one.cost_minor for one in figures)
        coupons = sum(one.coupons for one in figures)
        said = []
        if points:
            said.append(self.speaker.points(points))
        if coupons:
            said.append(
                ngettext("%(n)s coupon", "%(n)s coupons", coupons) % {"n": self.formats.number(coupons)}
            )
        if money:
            said.append(self.speaker.money(money, self.programme))
        return " · ".join(said)

    def worth(self, figures: Sequence[ChallengeFigures]) -> int:
        """What the points and gifts of the span come to, in minor units of money."""
        points = sum(one.points_minor for one in figures)
        return points * self.programme.worth_minor // 100 + sum(one.cost_minor for one in figures)

    def day(self, one: DayFigures) -> Day:
        facts = {"n": self.formats.number(one.given), "used": self.formats.number(one.used)}
        given = ngettext(
            "given %(n)s time in a year, used %(used)s",
            "given %(n)s times in a year, used %(used)s",
            one.given,
        )
        given = given % facts if one.given else _("not given yet")
        more = ""
        if one.known == 0:
            more = _("nobody’s day is known yet: ask customers for it")
        elif one.known is not None and one.coming is not None:
            more = _("the day is known of %(known)s, and within 30 days of %(coming)s of them") % {
                "known": self.formats.number(one.known),
                "coming": self.formats.number(one.coming),
            }
        sentence = day_sentence(one.day, self.programme, self.speaker)
        return Day(name=plain(one.day.name), sentence=sentence, given=given, more=more)

    def near(self, row: NearGoal, challenge: Challenge, names: Mapping[int, str]) -> Near:
        missing = max(0, challenge.times - row.done)
        facts = {"done": self.formats.number(row.done), "of": self.formats.number(challenge.times)}
        return Near(
            person=row.person_id,
            name=name_or_number(names.get(row.person_id), row.person_id),
            done=_("%(done)s of %(of)s") % facts,
            share=min(100, row.done * 100 // challenge.times),
            times=challenge.times,
            number=min(row.done, challenge.times),
            missing=ngettext("%(n)s more", "%(n)s more", missing) % {"n": self.formats.number(missing)},
            until=self._until(row.until),
            last=self.speak.day(self.speak.day_of(row.last_at)),
        )

    def _until(self, until: datetime | None) -> str:
        """The last day: what ends with a midnight is of the day before it."""
        if until is None:
            return ""
        return self.speak.day(self.speak.day_of(until - timedelta(seconds=1)))

    def _reached(self, one: ChallengeFigures) -> str:
        if not one.reached:
            return self.formats.number(0)
        if one.reached == one.people_reached:
            return self.formats.number(one.reached)
        facts = {"n": self.formats.number(one.reached), "people": self.formats.number(one.people_reached)}
        return _("%(n)s (by %(people)s)") % facts

    def _hint(self, one: ChallengeFigures) -> str:
        if one.taking_part or one.reached:
            return ""
        return _("Nobody takes part yet. Do customers know of it, and is the first step small enough?")


def tiles(found: Challenges, told: Told) -> list[Tile]:
    """The figures the page begins with."""
    formats, in_span = told.formats, _("in 30 days")
    halfway = sum(one.halfway for one in found.figures)
    reached = sum(one.reached for one in found.figures)
    of_which = _("on one of them, now") if len(found.figures) > 1 else _("customers now")
    return [
        Tile(
            "taking-part",
            _("Take part"),
            formats.number(found.people),
            period=_("customers now"),
            help=_(
                "Customers who have done something for a challenge, in the time within which it is to be "
                "reached."
            ),
        ),
        Tile("halfway", _("Halfway or further"), formats.number(halfway), period=of_which),
        Tile("reached", _("Reached"), formats.number(reached), period=in_span),
        Tile(
            "cost",
            _("Given for it"),
            told.speaker.money(told.worth(found.figures), told.programme),
            period=in_span,
            help=_(
                "Points at what they take off an order, and what gifts and tasks cost you. What coupons take "
                "off stands among offers."
            ),
        ),
    ]


def curve(keys: Sequence[str], told: Told) -> dict[str, Any]:
    """How often they were reached in each of the last weeks: in words, drawn and as a table."""
    speak = told.speak
    monday = speak.today - timedelta(days=speak.today.weekday())
    days = [monday + timedelta(weeks=n) for n in range(1 - WEEKS, 2)]
    counts = queries.challenges_reached(keys=keys, bounds=[begin_of(day, speak.zone) for day in days])
    weeks = [
        Week(
            name=_("week from %(day)s") % {"day": speak.day(day)},
            short=f"{day.day}.{day.month:02}",
            reached=told.formats.number(count),
        )
        for day, count in zip(days, counts, strict=False)
    ]
    drawn = bars([(count, 0) for count in counts], [f"{week.name}: {week.reached}" for week in weeks])
    total = sum(counts)
    lead = ngettext(
        "Reached %(n)s time in the last 12 weeks.", "Reached %(n)s times in the last 12 weeks.", total
    )
    return {
        "weeks": weeks,
        "picture": _picture(drawn, told),
        "picture_lead": lead % {"n": told.formats.number(total)}
        if total
        else _("Nobody has reached one in the last 12 weeks."),
    }


def _picture(drawn: Bars | None, told: Told) -> dict[str, Any] | None:
    if drawn is None:
        return None
    return {"bars": drawn, "wide": f"{WIDTH / WEEKS * 0.66:.1f}", "high": told.formats.number(drawn.high)}
