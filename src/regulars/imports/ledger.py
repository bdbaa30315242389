"""What a batch did, gathered while it is done and stored with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import msgspec

from regulars.imports.types import Counts, Thing

Key = TypeVar("Key")
State = TypeVar("State", covariant=True)

PART = "\x1f"
"""Between the parts of a key that has several; no program writes it into a name."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A row of `models.Change` to be."""

    thing: Thing
    source: str
    key: str
    object_id: int | None
    revision: int
    before: Any


@dataclass(frozen=True, slots=True)
class Refused:
    """A row of `models.RejectedRow` to be."""

    part: int
    row: int
    reason: str
    values: Mapping[str, str] = field(default_factory=dict)


class Recorded(Protocol[Key, State]):
    """What a service gives back of a batch, by key: revisions of what it wrote, states before."""

    @property
    def ids(self) -> Mapping[Key, int]: ...
    @property
    def before(self) -> Mapping[Key, State]: ...
    @property
    def revisions(self) -> Mapping[Key, int]: ...


@dataclass(slots=True)
class Ledger:
    """`rows`: how many rows of the file the batch went through, set aside ones included."""

    rows: int = 0
    counts: dict[Thing, Counts] = field(default_factory=dict)
    changes: list[Changed] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def note(
        self,
        thing: Thing,
        recorded: Recorded[Any, Any],
        *,
        firsts: Collection[Any] | None = None,
        name: Callable[[Any], tuple[str, str]] = lambda key: key,
    ) -> None:
        """Take over what a service did to one kind of thing.

        Only `firsts` are counted (None: all of them): those that no batch before told of. `name` makes
        (source, key) of a key that is something else.
        """
        told = recorded.ids if firsts is None else firsts
        written = [key for key in recorded.revisions if firsts is None or key in firsts]
        changed = sum(key in recorded.before for key in written)
        counts = self.counts.setdefault(thing, Counts())
        counts.created += len(written) - changed
        counts.changed += changed
        counts.same += len(told) - len(written)
        for key, revision in recorded.revisions.items():
            source, text = name(key)
            before = msgspec.to_builtins(recorded.before[key]) if key in recorded.before else None
            self.changes.append(Changed(thing, source, text, recorded.ids.get(key), revision, before))
