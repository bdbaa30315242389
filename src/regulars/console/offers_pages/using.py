"""Who used an offer, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import ngettext, pgettext_lazy

from regulars.console.ids import id_of
from regulars.console.offers_pages.lines import offer_voice
from regulars.console.voice import Voice
from regulars.console.xlsx import ROWS_MAX
from regulars.customers import queries as customers
from regulars.offers import queries
from regulars.offers.queries.listing import PAGE, UseLine
from regulars.offers.types import Offer, UseState

DAYS = 30
_WIDE, _HIGH = 10, 60
"""Of a day in the picture."""

STATES = {
    UseState.RESERVED: pgettext_lazy("coupon", "being paid"),
    UseState.CAPTURED: pgettext_lazy("coupon", "used"),
    UseState.GIVEN_BACK: pgettext_lazy("coupon", "given back"),
}


@dataclass(frozen=True)
class Used:
    """A use in words. `who`: empty where nobody knows."""

    day: str
    time: str
    who: str
    person_id: int | None
    order: str
    amount: str
    state: str
    is_back: bool


@dataclass(frozen=True)
class UsesShown:
    """A page of uses; `older`: where the next begins, empty at the end."""

    lines: list[Used]
    older: str


@dataclass(frozen=True)
class Named:
    """A use with the name of the customer."""

    at: datetime
    who: str
    order_id: str
    amount_minor: int
    currency: str
    state: str


@dataclass(frozen=True)
class Day:
    """A bar of the picture of uses, in units of the picture."""

    name: str
    words: str
    uses: int
    left: int
    top: int
    height: int


def uses_of(offer: Offer, *, before: str, speak: Voice) -> UsesShown:
    """The newest uses, or those before one."""
    first = id_of(before)
    rows = queries.uses_page(offer.id, before=first, limit=PAGE + 1)
    names = _names(rows)
    shown = [
        Used(
            day=speak.day(speak.day_of(row.at)),
            time=speak.time(row.at),
            who=names.get(row.person_id or 0, ""),
            person_id=row.person_id,
            order=row.order_id,
            amount=offer_voice(speak, row.currency).money(row.amount_minor),
            state=str(STATES[UseState(row.state)]),
            is_back=row.state == UseState.GIVEN_BACK,
        )
        for row in rows[:PAGE]
    ]
    return UsesShown(shown, str(rows[PAGE - 1].id) if len(rows) > PAGE else "")


def days_of(offer: Offer, speak: Voice) -> list[Day]:
    """How often it was used on each of the last days; none where it never was."""
    since = speak.today - timedelta(days=DAYS - 1)
    counted = queries.uses_by_day(offer.id, since=since, zone=speak.shop.timezone)
    if not counted:
        return []
    most = max(counted.values())
    days = [since + timedelta(days=number) for number in range(DAYS)]
    return [_bar(place, speak.day(day), counted.get(day, 0), most) for place, day in enumerate(days)]


def _bar(place: int, day: str, uses: int, most: int) -> Day:
    words = ngettext("%(day)s: used %(count)s time", "%(day)s: used %(count)s times", uses)
    height = -(-_HIGH * uses // most)
    return Day(day, words % {"day": day, "count": uses}, uses, place * _WIDE, _HIGH - height, height)


def most_of(days: Sequence[Day]) -> str:
    """How high the highest bar is."""
    most = max((day.uses for day in days), default=0)
    return ngettext("most on one day: %(n)s use", "most on one day: %(n)s uses", most) % {"n": most}


def all_uses(offer: Offer) -> list[UseLine]:
    """As many of its uses as a file holds, the newest first."""
    return queries.uses_page(offer.id, limit=ROWS_MAX)


def named(rows: Sequence[UseLine]) -> list[Named]:
    """The same with names."""
    names = _names(rows)
    return [
        Named(
            at=row.at,
            who=names.get(row.person_id or 0, ""),
            order_id=row.order_id,
            amount_minor=row.amount_minor,
            currency=row.currency,
            state=str(STATES[UseState(row.state)]),
        )
        for row in rows
    ]


def _names(rows: Sequence[UseLine]) -> dict[int, str]:
    return customers.person_names(sorted({row.person_id for row in rows if row.person_id is not None}))
