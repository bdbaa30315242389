"""What a till wrote down while it was cut off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class EntryKind(StrEnum):
    """What the till did."""

    HOLD = "hold"
    CAPTURE = "capture"
    CANCEL = "cancel"
    SPEND = "spend"
    """Hold and capture in one: the discount was given."""
    ORDER = "order"
    RETURN = "return"


class EntryState(StrEnum):
    """How far an entry is."""

    WAITING = "waiting"
    """For one that comes before it."""
    DONE = "done"
    SHORT = "short"
    """Done as far as there were points; the rest is reported."""
    REFUSED = "refused"
    """Cannot be honoured; the reason is kept and shown."""


class EntryReason(StrEnum):
    """Why an entry was not done, or not whole; for programs, so for ever."""

    NOT_ENOUGH = "not_enough_points"
    OFFLINE_LIMIT = "offline_limit"
    """More than the programme lets a till spend that is cut off; the rest was not taken."""
    UNKNOWN_CUSTOMER = "unknown_customer"
    NO_PROGRAMME = "no_programme"
    """No programme was running then."""
    NO_SUCH_HOLD = "no_such_hold"
    HOLD_CLOSED = "hold_closed"
    KEY_REUSED = "key_reused"
    """The key came before with something else."""
    NUMBER_TAKEN = "number_taken"
    """Another entry came under this number before."""
    NOT_YOUR_BRANCH = "not_your_branch"
    STALE = "stale"
    """A newer state of the order is stored."""
    NOT_STORED = "refused"
    """The order or the return cannot be stored as it is told."""
    INVALID = "invalid"
    """The order or the return is not as the document says."""
    BROKEN = "internal_error"
    """A mistake of ours; the server's log says more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """Something a till did. `number`: its place in the till's own order, from 1 without gaps.

    `key`: what the till made up for it; that of a hold or a spending is the hold's. `at`: when, by the
    till's clock. `body`: what belongs to the kind, as JSON. `named`: a hash of how the till named the
    customer, where `body` says who that was: by it the entry is known again, whoever has that name by now.
    """

    number: int
    kind: EntryKind
    key: str
    at: datetime
    body: Mapping[str, Any]
    named: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntries:
    """What became of a batch on arrival. `taken`: numbers under which another entry had come before."""

    journal_id: int
    taken: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry as it stands. `outcome`: `reason`, `detail`, `points_minor`, `short_minor` and the like."""

    id: int
    branch_id: int
    till: str
    number: int
    twin: int
    """0; above: it came under a number that was taken, and was refused."""
    kind: EntryKind
    key: str
    at: datetime
    state: EntryState
    outcome: Mapping[str, Any]
    profile_id: int | None
    body: Mapping[str, Any]
    received_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRow:
    """The journal of a till. `waiting`: entries that wait for `next_number`; `wrong`: short or refused."""

    id: int
    branch_id: int
    till: str
    next_number: int
    last_number: int
    waiting: int
    waiting_since: datetime | None
    wrong: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """An entry whose turn it is. `now`: when it is done by our clock."""

    journal_id: int
    branch_id: int
    kind: EntryKind
    key: str
    at: datetime
    body: Mapping[str, Any]
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of an entry. `order_id`: of an order that was told of, whose points are settled at once;
    `began`: it came into being with this entry.
    """

    state: EntryState = EntryState.DONE
    profile_id: int | None = None
    outcome: Mapping[str, Any] = field(default_factory=dict)
    order_id: int | None = None
    began: bool = False
