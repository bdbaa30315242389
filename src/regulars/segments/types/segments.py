"""What a segment is from outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from regulars.events.types import EventType

SEGMENT_ENTERED = EventType("segment_entered")
SEGMENT_LEFT = EventType("segment_left")
EVENT_TYPES = (SEGMENT_ENTERED, SEGMENT_LEFT)
"""Properties: `segment_id`. Not told of those a segment is built with, nor when its condition is changed:
nobody did anything then."""

SEGMENTS_MAX = 200
"""Live segments; each costs a little of every event."""


class Kind(StrEnum):
    """How somebody comes to be in a segment."""

    LIVE = "live"
    """By its condition, at any moment."""
    STATIC = "static"
    """By hand, or from a file."""
    FROZEN = "frozen"
    """By the condition as it was at a moment; nobody comes or goes after that."""


class State(StrEnum):
    """How far a segment is."""

    BUILDING = "building"
    """Its people are being looked for; those of before stay until they are found."""
    READY = "ready"
    FAILED = "failed"
    """They could not be found; its people are those of before."""
    ARCHIVED = "archived"
    """Put away: nobody is kept in it, and it may be brought back."""


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """A segment as it stands. `condition` is the stored JSON, NULL for static ones.

    `revision` counts changes of the condition. `true_at`: as of when all is so, time alone considered.
    """

    id: int
    name: str
    kind: Kind
    state: State
    condition: str | None
    revision: int
    members: int
    created_at: datetime
    created_by: int | None
    true_at: datetime | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class MemberRow:
    """Somebody who is in a segment, and since when."""

    person_id: int
    since: datetime


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many there were at the end of a day of the shop's calendar, and who came and went on it."""

    day: date
    members: int
    entered: int
    left: int


@dataclass(frozen=True, slots=True)
class Count:
    """How many a condition finds now, and some of them."""

    members: int
    everybody: int
    examples: tuple[int, ...]
    """Persons."""


@dataclass(frozen=True, slots=True)
class Membership:
    """A segment somebody is in, and since when."""

    segment_id: int
    name: str
    kind: Kind
    since: datetime


@dataclass(frozen=True, slots=True)
class MadeStatic:
    """A static segment that was made; `unknown`: what was given and names nobody, in the order given."""

    segment_id: int
    found: int
    """Persons."""
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the building of a segment is: `done` of `total` changes are written.

    `total` is None while the people are still being looked for.
    """

    state: State
    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class Passage:
    """That somebody entered a segment, or left it."""

    person_id: int
    at: datetime
    entered: bool
