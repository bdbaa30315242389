"""What happened to a customer, in words: one line for an event, for several of one order, for a visit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.console.places import place_text
from regulars.console.voice import Voice
from regulars.console.wording import happenings_kinds as kinds
from regulars.console.wording.happenings_points import points_more
from regulars.console.wording.happenings_words import ProductId, sentence, short_words, visit_parts
from regulars.events.queries import Visit
from regulars.events.types import TimelineEvent

_LEADS = (
    "order_cancelled",
    "order_completed",
    "order_refunded",
    "order_updated",
    "order_delivered",
    "order_shipped",
)
"""Which event of an order says the most when several stand in one line, the first before the others."""
_ONE_BY_ONE = kinds.NOTES | kinds.TASKS | kinds.POINTS
"""Each has a text, or a figure, of its own."""


@dataclass(frozen=True)
class Told:
    """Texts that the log does not hold: of notes and tasks by their numbers, names of products, segments."""

    notes: Mapping[int, str] = field(default_factory=dict)
    tasks: Mapping[int, str] = field(default_factory=dict)
    products: Mapping[ProductId, str] = field(default_factory=dict)
    segments: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Happening:
    """One line: what happened, what more is to be said of it, the sign before it.

    It may open: to `steps`, or to those of the visit that `visit` names in an address (those before the
    first place in it, down to the second).
    """

    text: str
    more: str
    sign: str
    time: str
    moment: str
    steps: tuple[Happening, ...] = ()
    visit: str = ""


def together(events: Sequence[TimelineEvent], voice: Voice) -> list[list[TimelineEvent]]:
    """Events that stand in one line: neighbours of one day about one order, or of the same name."""
    groups: list[list[TimelineEvent]] = []
    before: object = None
    for event in events:
        subject = (_subject(event), voice.day_of(event.occurred_at))
        if groups and subject == before:
            groups[-1].append(event)
        else:
            groups.append([event])
        before = subject
    return groups


def _subject(event: TimelineEvent) -> tuple[object, ...]:
    if event.name in _ONE_BY_ONE:
        return ("event", event.id)
    if event.name in kinds.ORDERS:
        order = event.properties.get("order_id") or event.properties.get("number")
        return ("order", str(order)) if order else ("event", event.id)
    return ("name", event.name)


def happening(group: Sequence[TimelineEvent], told: Told, voice: Voice) -> Happening:
    """A line for events that stand `together`, the newest first."""
    lead = _lead(group)
    if lead.name in kinds.ORDERS:
        tellings, more = [_latest(group, lead)], _what_else(group, lead)
    else:
        tellings, more = [event.properties for event in group], _more(lead, told, len(group), voice)
    return Happening(
        text=sentence(lead.name, tellings, told.products, voice, segments=told.segments),
        more=more,
        sign=kinds.sign_of(lead.name),
        time=voice.time(group[0].occurred_at),
        moment=_moment(group[0].occurred_at, voice),
        steps=tuple(happening([event], told, voice) for event in group) if len(group) > 1 else (),
    )


def _lead(group: Sequence[TimelineEvent]) -> TimelineEvent:
    ranks = {name: rank for rank, name in enumerate(_LEADS)}
    return min(group, key=lambda event: ranks.get(event.name, len(ranks)))  # of equals the newest


def _latest(group: Sequence[TimelineEvent], lead: TimelineEvent) -> Mapping[str, Any]:
    """What is told of an order that was placed, with the amount it has after changes of the same line."""
    states = (event for event in group if event.name in ("order_completed", "order_updated"))
    return next(states).properties if lead.name == "order_completed" else lead.properties


def _what_else(group: Sequence[TimelineEvent], lead: TimelineEvent) -> str:
    """ "changed 2 times, delivered": what became of the order besides, in the order of time."""
    counts = Counter(event.name for event in reversed(group) if event is not lead)
    return ", ".join(short_words(name, count) for name, count in counts.items())


def _more(event: TimelineEvent, told: Told, count: int, voice: Voice) -> str:
    if event.name in kinds.NOTES:
        return told.notes.get(_number(event.properties, "note_id"), "")
    if event.name in kinds.TASKS:
        return told.tasks.get(_number(event.properties, "task_id"), "")
    if event.name in kinds.POINTS:
        return points_more(event.name, event.properties, voice)
    return times(count) if count > 1 and event.name not in kinds.ABOUT | kinds.SEGMENTS else ""


def times(count: int) -> str:
    """ "3 times"."""
    return ngettext("%(count)s time", "%(count)s times", count) % {"count": count}


def steps(events: Iterable[TimelineEvent], told: Told, voice: Voice) -> list[Happening]:
    """What was done in a visit, one line each; the same page over and over again is one."""
    found: list[tuple[Happening, int]] = []
    for event in events:
        line = happening([event], told, voice)
        if found and found[-1][0].text == line.text:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((line, 1))
    return [
        line if count == 1 else Happening(line.text, times(count), line.sign, line.time, line.moment)
        for line, count in found
    ]


def visit_line(visit: Visit, voice: Voice) -> Happening:
    """A visit: where, what was done, from when to when."""
    began, ended = visit.first[0], visit.last[0]
    names = visit.counts.keys()
    if names <= kinds.CART:
        text, sign = _("Cart"), kinds.CARTS
    elif "screen_viewed" in names and "page_viewed" not in names:
        text, sign = _("In the app"), kinds.SITE
    else:
        text, sign = _("On the site"), kinds.SITE
    return Happening(
        text=text,
        more=" · ".join(visit_parts(visit.counts, voice)),
        sign=sign,
        time=span(began, ended, voice),
        moment=_moment(ended, voice),
        visit=f"{place_text((ended, visit.last[1] + 1))}-{place_text(visit.first)}",
    )


def span(began: datetime, ended: datetime, voice: Voice) -> str:
    """ "13:50–14:10", or one time where both are the same."""
    first, last = voice.time(began), voice.time(ended)
    return last if first == last else f"{first}–{last}"


def _moment(moment: datetime, voice: Voice) -> str:
    return moment.astimezone(voice.zone).isoformat(timespec="minutes")


def _number(told: Mapping[str, Any], name: str) -> int:
    value = told.get(name)
    return value if isinstance(value, int) else 0
