"""Rewards as pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from regulars.analytics.wording.numbers import plain
from regulars.console.figures import Tile
from regulars.console.voice import Voice
from regulars.console.wording.people import name_or_number
from regulars.customers import queries as customers
from regulars.loyalty import queries as loyalty
from regulars.loyalty.rules.catalogue import is_for_nobody
from regulars.loyalty.types import GrantState, Mechanic, Programme
from regulars.loyalty.types.benefits import Benefit
from regulars.loyalty.types.rewards import (
    CauseRow,
    ForCustomer,
    GrantRow,
    RewardKind,
    RewardOrderRow,
    RewardRow,
    RewardState,
    WhyNot,
)
from regulars.loyalty.wording import amounts
from regulars.loyalty.wording.benefits import benefit_words
from regulars.loyalty.wording.rewards import left_words, reward_sentence
from regulars.loyalty.wording.speaker import Speaker

FEW_LEFT = 5
"""So many or fewer call for more."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A word with the colour of its meaning."""

    name: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A reward of the catalogue."""

    id: int
    name: str
    kind: str
    sentence: str
    words: str
    points: str
    left: str
    few: bool
    taken: str
    standing: Standing
    running: bool
    for_nobody: bool
    """It asks for tiers that are not in the programme any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A gift to be handed out."""

    id: int
    what: str
    why: str
    person: int
    name: str
    since: str
    until: str
    order_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A reward as one customer has it before them."""

    id: int
    name: str
    sentence: str
    words: str
    can_have: bool
    why: str
    left: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A reward somebody took, and what became of it."""

    id: int
    name: str
    points: str
    when: str
    standing: Standing
    may_cancel: bool
    is_over: bool = False
    """It is a coupon whose last day is over; a colleague may still give its points back."""
    code: str = ""
    until: str = ""
    person: int = 0
    who: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Something the programme gave, and what became of it."""

    name: str
    what: str
    when: str
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A good cause and what was given to it."""

    id: int
    name: str
    points: str
    money: str
    lately: str
    people: str
    last: str


@dataclass(frozen=True)
class Words:
    """How rewards are spoken of in this request."""

    speak: Voice
    speaker: Speaker
    tiers: Mapping[str, str] = field(default_factory=dict)
    """Names by their keys, also of those that were taken out of the programme."""
    known: frozenset[str] = frozenset()
    """Keys of the tiers the programme has now."""

    def line(self, row: RewardRow) -> Line:
        return Line(
            id=row.id,
            name=plain(row.name),
            kind=kind_name(row.kind),
            sentence=self.sentence(row),
            words=plain(row.words),
            points=self.speaker.points(row.price_minor),
            left=_left(row, self.speaker),
            few=row.left is not None and row.left <= FEW_LEFT and row.state is RewardState.RUNNING,
            taken=self.speak.formats.number(row.taken),
            standing=self.standing(row),
            running=row.state is RewardState.RUNNING,
            for_nobody=is_for_nobody(row.tiers, self.known),
        )

    def standing(self, row: RewardRow) -> Standing:
        """Whether customers can have it."""
        if row.is_offered(self.speak.now) and is_for_nobody(row.tiers, self.known):
            return Standing(pgettext("reward", "for nobody"), "lost")
        return standing(row, self.speak.now)

    def sentence(self, row: RewardRow) -> str:
        return reward_sentence(row, self.speaker, tiers=self.tiers, zone=self.speak.zone, at=self.speak.now)

    def offered(self, one: ForCustomer) -> Offered:
        return Offered(
            id=one.reward.id,
            name=plain(one.reward.name),
            sentence=self.sentence(one.reward),
            words=plain(one.reward.words),
            can_have=one.why_not is None,
            why=self._why(one),
            left=left_words(one.reward, self.speaker) if one.reward.left else "",
        )

    def _why(self, one: ForCustomer) -> str:
        match one.why_not:
            case WhyNot.POINTS:
                return _("%(points)s more are needed") % {"points": self.speaker.points(one.missing_minor)}
            case WhyNot.SOLD_OUT:
                return pgettext("reward", "sold out")
            case WhyNot.ENOUGH:
                return pgettext("reward", "had as many as one may")
            case WhyNot.OTHER_TIER:
                return pgettext("reward", "for another tier")
            case WhyNot.NOT_OFFERED:
                return pgettext("reward", "not offered now")
        return ""

    def waiting(
        self, row: GrantRow, people: Mapping[int, str], orders: Mapping[int, RewardOrderRow]
    ) -> Waiting:
        order = orders.get(row.id)
        until = row.until - timedelta(microseconds=1) if row.until else None
        return Waiting(
            id=row.id,
            what=plain(row.benefit.name) if row.benefit.kind == "gift" else plain(row.name),
            why=_("taken for %(points)s") % {"points": self.speaker.points(order.points_minor)}
            if order
            else _("for “%(name)s”") % {"name": plain(row.name)},
            person=row.person_id,
            name=name_or_number(people.get(row.person_id, ""), row.person_id),
            since=self.day(row.given_at),
            until=self.day(until) if until else "",
            order_id=order.id if order else None,
        )

    def taken(
        self,
        row: RewardOrderRow,
        people: Mapping[int, str] | None = None,
        codes: Mapping[int, str] | None = None,
    ) -> Taken:
        pieces = "" if row.pieces == 1 else f" × {self.speak.formats.number(row.pieces)}"
        return Taken(
            id=row.id,
            name=plain(row.reward_name) + pieces,
            points=self.speaker.points(row.points_minor),
            when=self.day(row.at),
            standing=taken_standing(row, self.speak.now),
            code=(codes or {}).get(row.id, ""),
            until=self.day(row.until - timedelta(microseconds=1)) if row.until else "",
            may_cancel=row.state is GrantState.GIVEN
            or (row.kind is RewardKind.CAUSE and row.state is GrantState.USED),
            is_over=row.is_coupon_over(self.speak.now),
            person=row.person_id,
            who=name_or_number((people or {}).get(row.person_id, ""), row.person_id),
        )

    def given(self, row: GrantRow) -> Given:
        return Given(
            name=plain(row.name),
            what=self.benefit(row.benefit),
            when=self.day(row.given_at),
            standing=given_standing(row, self.speak.now),
        )

    def benefit(self, benefit: Benefit) -> str:
        return benefit_words(benefit, self.speaker)

    def cause(self, row: CauseRow, worth_minor: int, currency: str) -> Cause:
        return Cause(
            id=row.reward_id,
            name=plain(row.name),
            points=self.speaker.points(row.given_minor),
            money=self.speak.money(row.given_minor * worth_minor // 100, currency) if worth_minor else "",
            lately=self.speaker.points(row.lately_minor),
            people=self.speak.formats.number(row.people),
            last=self.day(row.last_at) if row.last_at else "—",
        )

    def day(self, moment: datetime) -> str:
        return self.speak.day(self.speak.day_of(moment))


def words(speak: Voice) -> Words:
    """How to speak of rewards in this request; tiers are called as they were last."""
    held = [version.programme for version in loyalty.versions() if version.since <= speak.now]
    return Words(
        speak=speak,
        speaker=Speaker(speak.formats, speak.shop.return_window_days),
        tiers={key: name for programme in held for key, name in tiers_of(programme).items()},
        known=frozenset(tiers_of(held[-1])) if held else frozenset(),
    )


def tiers_of(programme: Programme) -> dict[str, str]:
    """The names of its tiers by their keys."""
    return {level.key: level.name for level in programme.tiers.levels} if programme.tiers else {}


def waiting_of(rows: Sequence[GrantRow], told: Words) -> list[Waiting]:
    """Gifts with the names of whose they are."""
    people = customers.person_names(sorted({row.person_id for row in rows})) if rows else {}
    orders = loyalty.reward_orders_of_grants([row.id for row in rows if row.mechanic is Mechanic.REWARD])
    return [told.waiting(row, people, orders) for row in rows]


def _left(row: RewardRow, speaker: Speaker) -> str:
    """How many there are; nothing where the state says it already."""
    if row.left == 0 and row.state is RewardState.RUNNING:
        return ""
    return left_words(row, speaker) or pgettext("reward", "no limit")


def taken_of(rows: Sequence[RewardOrderRow], speak: Voice) -> list[Taken]:
    """What was taken, with the names of who did."""
    told = words(speak)
    people = customers.person_names(sorted({row.person_id for row in rows})) if rows else {}
    return [told.taken(row, people) for row in rows]


def kind_name(kind: RewardKind) -> str:
    """What it is, in a word or two."""
    match kind:
        case RewardKind.THING:
            return pgettext("reward", "handed out at the counter")
        case RewardKind.SERVICE:
            return pgettext("reward", "done by us")
        case RewardKind.CAUSE:
            return pgettext("reward", "good cause")
        case RewardKind.COUPON:
            return pgettext("reward", "coupon")


def standing(row: RewardRow, now: datetime) -> Standing:
    """Whether customers can have it."""
    if row.state is RewardState.PAUSED:
        return Standing(pgettext("reward", "paused"), "")
    if row.state is RewardState.REMOVED:
        return Standing(pgettext("reward", "removed"), "")
    if row.until is not None and row.until <= now:
        return Standing(pgettext("reward", "over"), "")
    if row.since is not None and row.since > now:
        return Standing(pgettext("reward", "not yet"), "slipping")
    return (
        Standing(pgettext("reward", "sold out"), "lost")
        if row.left == 0
        else Standing(pgettext("reward", "offered"), "kept")
    )


def taken_standing(row: RewardOrderRow, now: datetime) -> Standing:
    """What became of it."""
    match row.state:
        case GrantState.WITHDRAWN:
            return Standing(pgettext("reward", "given back"), "lost")
        case GrantState.USED if row.kind is RewardKind.SERVICE:
            return Standing(pgettext("reward", "done"), "kept")
        case GrantState.USED if row.kind is RewardKind.CAUSE:
            return Standing(pgettext("reward", "given to the cause"), "kept")
        case GrantState.USED if row.kind is RewardKind.COUPON:
            return Standing(pgettext("reward", "used"), "kept")
        case GrantState.USED:
            return Standing(pgettext("reward", "handed out"), "kept")
        case _ if row.kind is RewardKind.COUPON and row.until is not None and row.until <= now:
            return Standing(pgettext("reward", "not used in time"), "lost")
        case _ if row.kind is RewardKind.COUPON:
            return Standing(pgettext("reward", "not used yet"), "slipping")
        case _ if row.kind is RewardKind.SERVICE:
            return Standing(pgettext("reward", "a colleague is on it"), "slipping")
        case _:
            return Standing(pgettext("reward", "waits at the counter"), "slipping")


def given_standing(row: GrantRow, now: datetime) -> Standing:
    """What became of something the programme gave."""
    if row.state is GrantState.WITHDRAWN:
        return Standing(pgettext("reward", "taken back"), "lost")
    if row.benefit.kind == "points" or row.benefit.kind == "badge":
        return Standing(pgettext("reward", "given"), "kept")
    if row.state is GrantState.USED:
        return Standing(pgettext("reward", "used"), "kept")
    return (
        Standing(pgettext("reward", "waits"), "slipping")
        if row.is_open(now)
        else Standing(pgettext("reward", "not used in time"), "lost")
    )


def counted(count: int, speak: Voice) -> str:
    """ "3 gifts wait to be handed out"."""
    said = ngettext("%(n)s gift waits to be handed out", "%(n)s gifts wait to be handed out", count)
    return said % {"n": speak.formats.number(count)}


def figures(speak: Voice, told: Words) -> list[Tile]:
    """What was taken in the last 30 days, beside the 30 before."""
    month = timedelta(days=30)
    now = loyalty.reward_figures(since=speak.now - month, until=speak.now + timedelta(minutes=1))
    before = loyalty.reward_figures(since=speak.now - 2 * month, until=speak.now - month)
    formats = speak.formats
    pieces, people = formats.number(before.pieces), formats.number(before.people)
    points = amounts.number(before.points_minor, formats)
    return [
        Tile("pieces", _("Rewards taken"), formats.number(now.pieces), period=_beside(pieces)),
        Tile(
            "points",
            _("Points for them"),
            amounts.points(now.points_minor, formats),
            period=_beside(points),
        ),
        Tile("people", _("Customers who took one"), formats.number(now.people), period=_beside(people)),
    ]


def _beside(before: str) -> str:
    return _("in 30 days; %(value)s in the 30 days before") % {"value": before}
