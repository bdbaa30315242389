"""What goes into the log and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

DEPTH_MAX = 8
"""Longest chain of events causing events; what goes deeper is taken for a loop."""

WHOLE = date(1970, 1, 1)
"""The "month" by which a lake table that is not split by months is marked as changed."""


class EventClass(StrEnum):
    """How long an event is kept."""

    FACT = "fact"
    """For ever: orders, points, cases, consents."""
    BROWSING = "browsing"
    """13 months: page views, carts looked at."""


@dataclass(frozen=True, slots=True)
class EventType:
    """A name (snake case, of the Segment e-commerce spec where that has one) and its class."""

    name: str
    class_: EventClass = EventClass.FACT


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """Something that happened.

    `source` and `key` say which occasion it is: the same pair is recorded once, ever. `properties` is
    JSON without personal data; money in it is whole minor units. `cause_id` is the event that made us
    do what this one tells of, and `depth` that event's depth plus one.
    """

    type: EventType
    source: str
    key: str
    occurred_at: datetime
    profile_id: int | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    cause_id: int | None = None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Recorded:
    """The events of a batch that were new; all others had been recorded before."""

    ids: Mapping[tuple[str, str], int]
    """Event id by (source, key)."""

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the order in which the log is read; a consumer keeps the one of the last event it read."""

    epoch: int = 0
    xid: int = 0
    id: int = 0


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event as consumers read it."""

    position: Position
    name: str
    source: str
    key: str
    profile_id: int | None
    occurred_at: datetime
    backfill: bool
    depth: int
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One line of a customer's timeline."""

    id: int
    name: str
    occurred_at: datetime
    profile_id: int
    properties: Mapping[str, Any]
