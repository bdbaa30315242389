"""How things are named, and what was done to them and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

SourceKey = tuple[str, str]
"""(source, external id): how an outside system names an order, a product or a branch."""

CostKey = tuple[str, date, str]
"""(channel, day, currency)."""

LINES_TABLE = "order_lines"
COSTS_TABLE = "channel_costs"
"""Names of our lake tables, for ever: they are in marks of change."""

Key = TypeVar("Key")
State = TypeVar("State")


class Kept(StrEnum):
    """Why something was left as it is when an import was undone."""

    CHANGED_SINCE = "changed_since"
    IN_USE = "in_use"
    """Something else points to it."""
    GONE = "gone"
    """There is nothing any more to put the state before back into."""


@dataclass(frozen=True)
class Recorded(Generic[Key, State]):
    """As `RecordedOrders`, of things of which none is refused."""

    ids: Mapping[Key, int]
    created: int
    changed: int
    before: Mapping[Key, State]
    revisions: Mapping[Key, int]


@dataclass(frozen=True)
class Change(Generic[Key, State]):
    """Something done to a row: the revision after it, and the state before (None: it was created)."""

    key: Key
    revision: int
    before: State | None


@dataclass(frozen=True)
class Undone(Generic[Key]):
    """What became of changes that were to be undone."""

    removed: int
    restored: int
    kept: Mapping[Key, Kept]
    """Left as they are, and why."""

    @property
    def undone(self) -> int:
        return self.removed + self.restored
