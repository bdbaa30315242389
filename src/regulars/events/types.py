"""What goes into the log and what comes out of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

DEPTH_MAX = 8
"""Longest chain of events causing events; what goes deeper is taken for a loop."""

LANES = 64
"""Into so many the log is parted by the hash of the profile; kept in rows for ever."""

TRIES_MAX = 3
"""So often is an event tried before it is set aside."""

BEHIND_MAX = 10_000
"""So many events waiting for a consumer are counted; more are "more than that"."""

OUTSIDE_NAMES_MAX = 1_000
"""Names of events that outside systems may make up; more would be no names but numbers."""

OUTSIDE_NAME_CHARACTERS_MAX = 100

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
    """A name (snake case, of the Segment e-commerce spec where that has one) and its class.

    `is_outside`: an outside system made the name up; see `registry.outside`.
    """

    name: str
    class_: EventClass = EventClass.FACT
    is_outside: bool = False


Caused = tuple[int, int]
"""The event that led to something: its id and its depth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """Something that happened.

    `source` and `key` say which occasion it is: the same pair is recorded once, ever. `properties` is
    JSON without personal data; money in it is whole minor units. `caused`: by the event that made us do what
    this one tells of.
    """

    type: EventType
    source: str
    key: str
    occurred_at: datetime
    profile_id: int | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    caused: Caused | None = None

    @property
    def cause_id(self) -> int | None:
        """The event that led to it."""
        return self.caused[0] if self.caused else None

    @property
    def depth(self) -> int:
        """How many events stand before it in its chain."""
        return self.caused[1] + 1 if self.caused else 0


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


class LoggedEvent(NamedTuple):
    """An event as consumers read it. What few ask for stands in `body`, and is decoded when asked for."""

    lane: int
    epoch: int
    xid: int
    id: int
    name: str
    profile_id: int | None
    backfill: bool
    depth: int
    body: str | None
    """A JSON list: source, key, moment it happened, moment it was received, cause, properties."""

    @property
    def position(self) -> Position:
        """Its place in the order of the log."""
        return Position(self.epoch, self.xid, self.id)

    @property
    def source(self) -> str:
        """Whose occasion it is."""
        return str(_decoded(self.body)[0])

    @property
    def key(self) -> str:
        """Which occasion of the source."""
        return str(_decoded(self.body)[1])

    @property
    def occurred_at(self) -> datetime:
        """When it happened, in UTC."""
        return datetime.fromisoformat(_decoded(self.body)[2]).astimezone(UTC)

    @property
    def received_at(self) -> datetime:
        """When we heard of it, in UTC."""
        return datetime.fromisoformat(_decoded(self.body)[3]).astimezone(UTC)

    @property
    def cause_id(self) -> int | None:
        """The event that made us do what this one tells of."""
        found: int | None = _decoded(self.body)[4]
        return found

    @property
    def properties(self) -> Mapping[str, Any]:
        """What was told with it; not to be changed."""
        found: Mapping[str, Any] = _decoded(self.body)[5]
        return found

    def caused(
        self,
        type_: EventType,
        *,
        source: str,
        key: str,
        occurred_at: datetime,
        profile_id: int | None,
        properties: Mapping[str, Any] | None = None,
    ) -> NewEvent:
        """An event that happens because of this one; recording it past DEPTH_MAX raises EventLoop.

        What is caused by backfill is to be recorded as backfill.
        """
        return NewEvent(
            type=type_,
            source=source,
            key=key,
            occurred_at=occurred_at,
            profile_id=profile_id,
            properties=properties or {},
            caused=(self.id, self.depth),
        )


@lru_cache(maxsize=64)  # one event's values are asked for one after the other
def _decoded(body: str | None) -> list[Any]:
    if not body:
        raise AttributeError("a brief consumer is given no more than the names and profiles of events")
    found: list[Any] = json.loads(body)
    return found


class Start(StrEnum):
    """Where a consumer begins to read."""

    BEGINNING = "beginning"
    NOW = "now"


@dataclass(frozen=True, slots=True)
class Batch:
    """What a consumer is given at once: each lane in its order, no order between lanes (customers)."""

    events: Sequence[LoggedEvent]
    now: datetime


@dataclass(frozen=True, slots=True)
class Consumer:
    """Somebody who reads the log. Registered in `AppConfig.ready()` (`registry.register_consumer`).

    `handle` runs in the transaction that moves the cursor: what it writes happens exactly once, what it
    does outside the database may happen again. It works set-wise, locks the persons it touches in id
    order, and takes no longer than some hundred milliseconds, for its open transaction holds all readers
    back. `name` is stored and never changes: `<domain>.<what is done>`. `names`: only events of these
    names (None: all). `backfill`: also history that was brought in later. `batch`: most events at once.
    `brief`: its events come without `body`, which is twice as fast for who only counts or marks.
    """

    name: str
    handle: Callable[[Batch], None]
    start: Start = Start.BEGINNING
    backfill: bool = False
    names: frozenset[str] | None = None
    batch: int = 1000
    brief: bool = False


@dataclass(frozen=True, slots=True)
class ConsumerState:
    """How far a consumer is.

    `behind` counts up to `BEHIND_MAX` events that wait for it; `oldest_waiting_at` is when the log heard
    of the first of them.
    """

    name: str
    behind: int
    oldest_waiting_at: datetime | None
    set_aside: int
    paused: bool
    last_moved_at: datetime | None


@dataclass(frozen=True, slots=True)
class SetAside:
    """An event that a consumer could not handle; its customer's later ones went on.

    `error` names the mistake and its place in the code, without values. `asked_at`: somebody wants it
    tried again, and the worker will.
    """

    id: int
    consumer: str
    event_id: int
    name: str
    profile_id: int | None
    received_at: datetime
    set_aside_at: datetime
    tries: int
    error: str
    asked_at: datetime | None


class Doing(StrEnum):
    """What an open transaction is about right now."""

    IDLE = "idle"
    """It is open, and its owner does nothing with it."""
    WAITING = "waiting"
    """It waits for a lock of somebody else's."""
    WORKING = "working"
    PREPARED = "prepared"
    """It was prepared for a commit in two steps, and nobody has finished it."""
    UNKNOWN = "unknown"
    """It is somebody else's, and the database does not let us look."""


@dataclass(frozen=True, slots=True)
class OldestTransaction:
    """The transaction that holds the readers of the log back for longest.

    `statement` is what it last did, as a verb and a table ("INSERT commerce_order"), never with values;
    empty where that is not known. `is_ours`: of this database and our own role.
    """

    pid: int | None
    application: str
    user: str
    database: str
    since: datetime | None
    doing: Doing
    statement: str
    is_ours: bool


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One line of a customer's timeline."""

    id: int
    name: str
    occurred_at: datetime
    profile_id: int
    properties: Mapping[str, Any]
