"""A page of a customer's timeline, of all that happened or of one kind."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from regulars.console.voice import Voice
from regulars.console.wording.happenings import KINDS, Happening, happening
from regulars.events import queries as events
from regulars.events.types import TimelineEvent

PAGE = 20
READS_MAX = 5
"""Reads of the log for one page of one kind: who has thousands of other events asks for the next page."""
_POSITION = re.compile(r"(\d{1,17})_(\d{1,18})", re.ASCII)
_MICROSECONDS = 1_000_000


class Position(NamedTuple):
    """The last event shown; the page below goes on from it."""

    occurred_at: datetime
    id: int

    def __str__(self) -> str:
        return f"{round(self.occurred_at.timestamp() * _MICROSECONDS)}_{self.id}"


@dataclass(frozen=True)
class Day:
    name: str
    lines: list[Happening]


@dataclass(frozen=True)
class TimelinePage:
    """`further` is the position to go on from; empty at the end."""

    days: list[Day]
    further: str


def position_of(text: str, voice: Voice) -> Position | None:
    """What stands in an address; None for what is no position."""
    match = _POSITION.fullmatch(text)
    if match is None:
        return None
    try:
        return Position(datetime.fromtimestamp(int(match[1]) / _MICROSECONDS, voice.zone), int(match[2]))
    except (OverflowError, ValueError, OSError):
        return None


def timeline_page(
    profile_ids: Sequence[int],
    *,
    kind: str,
    before: Position | None,
    notes: Mapping[int, str],
    voice: Voice,
    limit: int = PAGE,
) -> TimelinePage:
    """At most `limit` lines, newest first, grouped by day. `kind`: one of KINDS, or empty for all."""
    found, further = _events(profile_ids, kind, before, limit)
    days: list[Day] = []
    for event in found:
        name = voice.day(voice.day_of(event.occurred_at))
        if not days or days[-1].name != name:
            days.append(Day(name, []))
        days[-1].lines.append(happening(event, notes, voice))
    return TimelinePage(days, str(further) if further else "")


def _events(
    profile_ids: Sequence[int], kind: str, before: Position | None, limit: int
) -> tuple[list[TimelineEvent], Position | None]:
    if kind not in KINDS:
        found = events.timeline(profile_ids, limit=limit + 1, before=before)
        return found[:limit], _end(found[limit - 1]) if len(found) > limit else None
    kept: list[TimelineEvent] = []
    at = before
    for _ in range(READS_MAX):
        read = events.timeline(profile_ids, limit=events.TIMELINE_MAX, before=at)
        for event in read:
            if event.name in KINDS[kind]:
                if len(kept) == limit:
                    return kept, _end(kept[-1])
                kept.append(event)
        if len(read) < events.TIMELINE_MAX:
            return kept, None
        at = _end(read[-1])
    return kept, at


def _end(event: TimelineEvent) -> Position:
    return Position(event.occurred_at, event.id)
