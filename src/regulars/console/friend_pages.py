"""Friends who were brought, as pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.analytics.wording.numbers import Formats
from regulars.console.figures import Tile
from regulars.console.voice import Voice
from regulars.console.wording.people import name_or_number
from regulars.customers import queries as customers
from regulars.customers.types import PersonRow
from regulars.loyalty import queries as loyalty
from regulars.loyalty import services
from regulars.loyalty.types import Programme
from regulars.loyalty.types.referring import (
    ReferralFigures,
    ReferralRow,
    ReferralSource,
    ReferralState,
    Refused,
)
from regulars.loyalty.wording.referring import promised_sentences, referral_sentences, refused_words
from regulars.loyalty.wording.speaker import Speaker
from regulars.team import queries as team

SPANS = (30, 90, 365)
_SETTLED: frozenset[Refused] = frozenset({"self", "twice"})
"""What nobody can say yes to."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A word with the colour of its meaning."""

    name: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A friend who came."""

    id: int
    referrer: int
    referrer_name: str
    friend: int
    friend_name: str
    when: str
    standing: Standing
    more: str
    decided: str
    told: str
    may_allow: bool
    may_refuse: bool
    may_undo: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the way from a code to a reward, drawn as a bar of 100."""

    name: str
    value: str
    share: str
    width: str


@dataclass(frozen=True, slots=True)
class Names:
    """What the people and colleagues of a list are called."""

    people: Mapping[int, str]
    colleagues: Mapping[int, str]

    def person(self, person_id: int) -> str:
        return name_or_number(self.people.get(person_id), person_id)

    def colleague(self, user_id: int) -> str:
        return self.colleagues.get(user_id, "") or _("somebody who is no longer here")


def names_of(rows: Sequence[ReferralRow]) -> Names:
    """The names for all of them at once."""
    persons = sorted({id_ for row in rows for id_ in (row.referrer_person_id, row.friend_person_id)})
    users = {id_ for row in rows for id_ in (row.decided_by, row.told_by) if id_}
    return Names(
        customers.person_names(persons) if persons else {},
        team.user_names(users) if users else {},
    )


def line(row: ReferralRow, names: Names, speak: Voice) -> Line:
    """A friend who came, in words."""
    refused = row.state is ReferralState.REFUSED
    return Line(
        id=row.id,
        referrer=row.referrer_person_id,
        referrer_name=names.person(row.referrer_person_id),
        friend=row.friend_person_id,
        friend_name=names.person(row.friend_person_id),
        when=_day(row.at, speak),
        standing=standing(row),
        more=_more(row, speak),
        decided=f"{names.colleague(row.decided_by)}, {_day(row.decided_at, speak)}"
        if row.decided_by and row.decided_at
        else "",
        told=names.colleague(row.told_by) if row.told_by else "",
        may_undo=row.source is ReferralSource.STAFF and row.state is not ReferralState.REWARDED,
        may_allow=refused and row.reason not in _SETTLED,
        may_refuse=not refused,
    )


def standing(row: ReferralRow) -> Standing:
    """How far it is, in a word."""
    if row.state is ReferralState.REWARDED:
        return Standing(_("both rewarded"), "kept")
    if row.state is ReferralState.REFUSED:
        return Standing(_("refused"), "lost")
    return Standing(_("has bought") if row.order_id else _("has not bought yet"), "slipping")


def tiles(figures: ReferralFigures, speak: Voice, programme: Programme | None, days: int) -> list[Tile]:
    """The figures the page begins with."""
    span = ngettext("over %(n)s day", "over %(n)s days", days) % {"n": speak.formats.number(days)}
    refused = figures.told - figures.taken
    given = given_words(figures, speak, programme)
    return [
        Tile(
            "rewarded",
            _("Both rewarded"),
            speak.formats.number(figures.rewarded),
            period=span,
            help=_("Their first order is past the wait and stands; both have their reward."),
        ),
        Tile(
            "referrers",
            _("Customers who brought somebody"),
            speak.formats.number(figures.referrers),
            period=span,
        ),
        Tile(
            "given",
            _("Given for it"),
            given[0] if given else "—",
            change=_("and %(more)s") % {"more": ", ".join(given[1:])} if given[1:] else "",
            period=span,
            help=_("To both, less what was taken back. A coupon costs something only when it is used."),
        ),
        Tile(
            "refused",
            _("Refused"),
            speak.formats.number(refused),
            period=span,
        ),
    ]


def given_words(figures: ReferralFigures, speak: Voice, programme: Programme | None) -> list[str]:
    """ "1,200 points", "3 coupons": one for each kind of which there is something."""
    speaker = _speaker(speak, programme)
    said = []
    if figures.points_minor:
        said.append(speaker.points(figures.points_minor))
    if figures.coupons:
        words = ngettext("%(n)s coupon", "%(n)s coupons", figures.coupons)
        said.append(words % {"n": speak.formats.number(figures.coupons)})
    if figures.cost_minor:
        said.append(speak.money(figures.cost_minor, programme.currency if programme else ""))
    return said


def steps(figures: ReferralFigures, speak: Voice) -> list[Step]:
    """The way from a code to a reward; empty where nobody came."""
    if not figures.told:
        return []
    named = (
        (_("Came with a code"), figures.told),
        (_("Nothing spoke against it"), figures.taken),
        (_("Bought"), figures.bought),
        (_("Both rewarded"), figures.rewarded),
    )
    return [
        Step(
            name,
            speak.formats.number(count),
            speak.formats.share(count / figures.told, 0),
            f"{100 * count / figures.told:.1f}",
        )
        for name, count in named
    ]


def reason_lines(figures: ReferralFigures, speak: Voice) -> list[dict[str, str]]:
    """Why friends brought nothing, the most frequent first."""
    return [
        {"key": reason, "name": refused_words(reason), "count": speak.formats.number(count)}
        for reason, count in figures.reasons.items()
    ]


def sentences(speak: Voice, programme: Programme | None) -> tuple[str, ...]:
    """What both get, as customers read it; none where bringing a friend is not part of the programme."""
    if programme is None or programme.referral is None or not programme.running:
        return ()
    return referral_sentences(programme.referral, programme, _speaker(speak, programme))


@dataclass(frozen=True, slots=True)
class WouldBe:
    """What telling of a friend would come to. `why`: it brings nothing; `known`: it was told before."""

    says: tuple[str, ...]
    why: str
    known: bool
    settled: bool


def would_be(referrer: PersonRow, friend: PersonRow, *, user_id: int, speak: Voice) -> WouldBe:
    """It is told, looked at and taken back at once, so it cannot be another.

    Raises what `refer_by_hand` does.
    """
    with transaction.atomic():
        row = tell_of(referrer, friend, user_id=user_id, now=speak.now)
        transaction.set_rollback(True)
    version = loyalty.current(speak.now)
    programme = version.programme if version else None
    says: tuple[str, ...] = ()
    if programme is not None and programme.referral is not None and not row.reason:
        names = (name_or_number(one.name, one.id) for one in (referrer, friend))
        says = promised_sentences(programme.referral, programme, _speaker(speak, programme), *names)
    return WouldBe(
        says=says,
        why=refused_words(row.reason) if row.reason else "",
        known=not is_told_now(row, user_id, speak.now),
        settled=row.reason in _SETTLED,
    )


def tell_of(referrer: PersonRow, friend: PersonRow, *, user_id: int, now: datetime) -> ReferralRow:
    """Somebody says of one that the other brought them."""
    ids = {"referrer_id": referrer.profile_ids[0], "friend_id": friend.profile_ids[0]}
    return services.refer_by_hand(**ids, user_id=user_id, now=now)


def is_told_now(row: ReferralRow, user_id: int, now: datetime) -> bool:
    """Whether it is new, not one that was known already."""
    return row.told_by == user_id and row.at == now


def friends_part(found: PersonRow, speak: Voice) -> dict[str, Any]:
    """What the card says of friends; nothing where there are none and the programme has none."""
    version = loyalty.current(speak.now)
    brought = loyalty.brought(found.id)
    came = brought.waiting + brought.rewarded + brought.refused
    offered = version is not None and version.programme.running and version.programme.referral is not None
    if not (came or brought.brought_by or offered):
        return {}
    by = brought.brought_by
    return {
        "friends": {
            "code": brought.code,
            "count": brought.rewarded,
            "rewarded": speak.formats.number(brought.rewarded),
            "waiting_count": brought.waiting,
            "waiting": speak.formats.number(brought.waiting) if brought.waiting else "",
            "may_tell": offered and not by,
            "brought_by": by,
            "brought_by_name": name_or_number(customers.person_names([by]).get(by), by) if by else "",
        }
    }


def people_found(asked: str, *, limit: int) -> list[int]:
    """Whom somebody may mean: by the code for friends, the card, then as the list of customers finds them."""
    found = [*loyalty.people_named(asked), *customers.search(asked, limit=limit)]
    return list(dict.fromkeys(found))[:limit]


def since(speak: Voice, days: int) -> datetime:
    """The beginning of so many days until now."""
    return speak.now - timedelta(days=days)


def _more(row: ReferralRow, speak: Voice) -> str:
    if row.reason:
        return refused_words(row.reason)
    if row.rewarded_at:
        return _("on %(day)s") % {"day": _day(row.rewarded_at, speak)}
    if row.due_at:
        return _("both are rewarded on %(day)s, if the order stands") % {"day": _day(row.due_at, speak)}
    return ""


def _speaker(speak: Voice, programme: Programme | None) -> Speaker:
    currency = (programme.currency if programme else "") or speak.shop.currency
    return Speaker(Formats(speak.language, currency), speak.shop.return_window_days)


def _day(moment: datetime, speak: Voice) -> str:
    return speak.day(speak.day_of(moment))
