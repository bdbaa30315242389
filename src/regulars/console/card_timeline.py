"""A page of a customer's timeline, of all that happened or of one kind, and what was done in a visit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from regulars.commerce import queries as commerce
from regulars.console.places import Place, place_of, place_text
from regulars.console.voice import Voice
from regulars.console.wording.happenings import (
    Happening,
    Told,
    happening,
    span,
    steps,
    together,
    visit_line,
)
from regulars.console.wording.happenings_kinds import SEGMENTS, Wanted, kind_names, wanted
from regulars.console.wording.happenings_words import ProductId, products_in, segments_in
from regulars.customers.types import SHOP
from regulars.events import queries as events
from regulars.events.queries import Visit
from regulars.events.types import EventClass, TimelineEvent
from regulars.segments.models import Segment

PAGE = 20
FACTS_READ = 100
"""Events read for a page: several may stand in one line."""
STEPS = 50
"""Steps of a visit shown at once."""


class Position(NamedTuple):
    """How far a page shows: the oldest fact and the oldest event of browsing, None where there was none.

    Two, for a visit lasts: it stands where it ended, and an order placed during it below.
    """

    fact: Place | None = None
    browsing: Place | None = None

    def __str__(self) -> str:
        return ".".join(place_text(place) if place else "" for place in self)


@dataclass(frozen=True)
class Day:
    name: str
    lines: list[Happening]


@dataclass(frozen=True)
class TimelinePage:
    """`further` is the position to go on from; empty at the end. `kinds`: what it may be narrowed to."""

    days: list[Day]
    further: str
    kinds: dict[str, str]


@dataclass(frozen=True)
class VisitPage:
    """What was done in a visit, newest first; `further` names the rest of it, empty at the end."""

    day: str
    time: str
    steps: list[Happening]
    further: str


class _Line(NamedTuple):
    """A line to be: where it stands, the oldest that is in it, and what it shows."""

    newest: Place
    oldest: Place
    shows: list[TimelineEvent] | Visit


class _Stream(NamedTuple):
    """Lines of facts or of visits, newest first, and whether there are more below them."""

    lines: list[_Line]
    more: bool


def position_of(text: str) -> Position:
    """What stands in an address; the top for what is no position."""
    fact, _, browsing = text.partition(".")
    return Position(place_of(fact), place_of(browsing))


def timeline_page(
    profile_ids: Sequence[int],
    *,
    kind: str,
    before: Position,
    told: Told,
    voice: Voice,
    limit: int = PAGE,
) -> TimelinePage:
    """At most `limit` lines, newest first, grouped by day. `kind`: one of KINDS, or empty for all."""
    known = events.names_of(profile_ids)
    want = wanted(kind, known)
    facts = _facts(profile_ids, want, before.fact, voice) if want.facts else _Stream([], False)
    visits = _visits(profile_ids, want, before.browsing, limit) if want.visits else _Stream([], False)
    # Nothing is shown that is older than what was read of a stream that goes on.
    horizon = max((stream.lines[-1].newest for stream in (facts, visits) if stream.more), default=None)
    lines = sorted([*facts.lines, *visits.lines], key=lambda line: line.newest, reverse=True)
    shown = [line for line in lines if horizon is None or line.newest >= horizon][:limit]
    end = before
    for line in shown:
        is_visit = isinstance(line.shows, Visit)
        end = end._replace(browsing=line.oldest) if is_visit else end._replace(fact=line.oldest)
    further = str(end) if len(shown) < len(lines) or facts.more or visits.more else ""
    lone = _lone(profile_ids, shown)
    told = _with_segments(_with_products(told, lone.values()), shown)
    return TimelinePage(_days(shown, lone, told, voice), further, kind_names(known))


def _facts(profile_ids: Sequence[int], want: Wanted, before: Place | None, voice: Voice) -> _Stream:
    found = events.timeline(
        profile_ids, limit=FACTS_READ, before=before, class_=EventClass.FACT, names=want.names
    )
    groups = together(found, voice)
    more = len(found) == FACTS_READ
    if more and len(groups) > 1:
        groups.pop()  # it may go on below what was read: the next page has it whole
    return _Stream([_Line(_where(group[0]), _where(group[-1]), group) for group in groups], more)


def _visits(profile_ids: Sequence[int], want: Wanted, before: Place | None, limit: int) -> _Stream:
    found, more = events.visits(profile_ids, limit=limit, before=before, names=want.names)
    return _Stream([_Line(visit.last, visit.first, visit) for visit in found], more)


def _lone(profile_ids: Sequence[int], lines: Sequence[_Line]) -> dict[Place, TimelineEvent]:
    """The events of visits that are nothing but one: they are told as such."""
    places = [line.newest for line in lines if isinstance(line.shows, Visit) and line.newest == line.oldest]
    return events.browsing_at(profile_ids, places) if places else {}


def _days(lines: Sequence[_Line], lone: Mapping[Place, TimelineEvent], told: Told, voice: Voice) -> list[Day]:
    days: list[Day] = []
    for line in lines:
        name = voice.day(voice.day_of(line.newest[0]))
        if not days or days[-1].name != name:
            days.append(Day(name, []))
        shows = [lone[line.newest]] if line.newest in lone else line.shows
        words = visit_line(shows, voice) if isinstance(shows, Visit) else happening(shows, told, voice)
        days[-1].lines.append(words)
    return days


def visit_page(
    profile_ids: Sequence[int], *, visit: str, kind: str, told: Told, voice: Voice
) -> VisitPage | None:
    """The steps of a visit, which a line of the timeline or the page above names; None for no such name."""
    upper, _, lower = visit.partition("-")
    before, since = place_of(upper), place_of(lower)
    if before is None or since is None:
        return None
    names = wanted(kind, events.names_of(profile_ids)).names
    found = events.timeline(
        profile_ids, limit=STEPS + 1, before=before, since=since, class_=EventClass.BROWSING, names=names
    )
    shown = found[:STEPS]
    further = f"{place_text(_where(shown[-1]))}-{lower}" if len(found) > STEPS else ""
    return VisitPage(
        day=voice.day(voice.day_of(before[0])),
        time=span(since[0], before[0], voice),
        steps=steps(shown, _with_products(told, shown), voice),
        further=further,
    )


def _with_products(told: Told, happened: Iterable[TimelineEvent]) -> Told:
    """With the names of the products that these are about, by our numbers and by the shop's ids."""
    found = {one for event in happened for one in products_in(event.name, event.properties)}
    ours = {one for one in found if isinstance(one, int)}
    theirs = {(SHOP, one) for one in found if isinstance(one, str)}
    numbers = commerce.product_ids(theirs) if theirs else {}
    names = commerce.product_names([*ours, *numbers.values()]) if ours or numbers else {}
    products: dict[ProductId, str] = dict(names.items())
    products.update((key[1], names[number]) for key, number in numbers.items() if number in names)
    return replace(told, products=products)


def _with_segments(told: Told, lines: Iterable[_Line]) -> Told:
    """With the names of the segments somebody came into or left."""
    happened = (event for line in lines if isinstance(line.shows, list) for event in line.shows)
    found = segments_in(event.properties for event in happened if event.name in SEGMENTS)
    if not found:
        return told
    names = Segment.objects.filter(pk__in=found).values_list("pk", "name")
    return replace(told, segments=dict(names))


def _where(event: TimelineEvent) -> Place:
    return event.occurred_at, event.id
