"""Words of imports, and what its services and queries give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec


class Kind(StrEnum):
    """What a file tells of. Domains above may register further kinds by names of their own."""

    CUSTOMERS = "customers"
    PRODUCTS = "products"
    ORDERS = "orders"
    RETURNS = "returns"
    COSTS = "costs"
    POINTS = "points"


class State(StrEnum):
    """How far an import is. The worker is at those of `WORKING`; all others wait for a person or are over."""

    EXAMINING = "examining"
    EXAMINED = "examined"
    CHECKING = "checking"
    CHECKED = "checked"
    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"
    FAILED = "failed"
    UNDOING = "undoing"
    UNDONE = "undone"


WORKING = frozenset({State.EXAMINING, State.CHECKING, State.RUNNING, State.UNDOING})


class Origin(StrEnum):
    """Which way a file came."""

    UPLOAD = "upload"
    COMMAND = "command"
    WATCH = "watch"


class Thing(StrEnum):
    """What an import makes or changes."""

    PROFILE = "profile"
    PRODUCT = "product"
    BRANCH = "branch"
    ORDER = "order"
    CREDIT = "credit"
    COST = "cost"
    POINTS = "points"
    """What a customer brings over from the programme before, by the last day to spend it."""


class Counts(msgspec.Struct, kw_only=True):
    """What became of one kind of thing; `same`: told of again as it was known already."""

    created: int = 0
    changed: int = 0
    same: int = 0


class Report(msgspec.Struct, kw_only=True):
    """What an import did so far, or (of a dry run) would do.

    `parts`: names of the files and sheets read. `rows`: rows of them, `used` those that went in.
    `set_aside`: rows by reason (`wording.reason`); `things` by `Thing`; `dry`: nothing was written.
    """

    parts: list[str] = []

    rows: int = 0
    used: int = 0
    set_aside: dict[str, int] = {}
    things: dict[str, Counts] = {}
    dry: bool = False


class KeptThing(msgspec.Struct):
    """Something an undo leaves as it is, and why."""

    thing: str
    key: str
    reason: str


class Undone(msgspec.Struct, kw_only=True):
    """What an undo did so far. `kept` by thing and reason; `examples` names the first of them."""

    removed: dict[str, int] = {}
    restored: dict[str, int] = {}
    kept: dict[str, dict[str, int]] = {}
    examples: list[KeptThing] = []


class UndoPlan(msgspec.Struct, kw_only=True):
    """What undoing would do, before anything is touched.

    `removed` and `restored` by thing. `kept`: by thing how many a later import has changed, so that they
    stay as they are. `caused`: by name of the effect what came of the import since (notes, tasks, …).
    `later_imports`: numbers of the imports that built upon this one.
    """

    removed: dict[str, int] = {}
    restored: dict[str, int] = {}
    kept: dict[str, int] = {}
    caused: dict[str, int] = {}
    later_imports: list[int] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """An import as pages and the command line show it.

    `mapping`: field -> "COLUMN" or "COLUMN:format". `done` of `total` rows; `preview` is that of
    `analytics.previews` as JSON values, None until the file was looked at. `error_text` is in the
    language of whoever brought the file. `started_by`: the user's id. `position`: batches that are in.
    """

    id: int
    kind: str
    state: State
    origin: Origin
    name: str
    source: str
    mapping: Mapping[str, str]
    done: int
    total: int
    size: int
    sha256: str
    report: Report
    undone: Undone | None
    error_code: str
    error_text: str
    started_by: int | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    watch_id: int | None
    has_file: bool
    position: int = 0
    preview: Mapping[str, Any] | None = None

    @property
    def is_working(self) -> bool:
        """Whether the worker is at it, so that a page asks again."""
        return self.state in WORKING

    @property
    def can_choose(self) -> bool:
        return self.has_file and self.state in CHOOSABLE and not self.position

    @property
    def can_start(self) -> bool:
        return self.has_file and self.state in STARTABLE

    @property
    def can_stop(self) -> bool:
        return self.state in {State.RUNNING, State.CHECKING}

    @property
    def can_resume(self) -> bool:
        return self.has_file and self.started_at is not None and self.state in RESUMABLE

    @property
    def can_undo(self) -> bool:
        return self.started_at is not None and self.state in UNDOABLE


CHOOSABLE = frozenset({State.EXAMINED, State.CHECKED, State.FAILED})
"""Where columns may be chosen (of a failed one: as long as nothing went in)."""
STARTABLE = frozenset({State.EXAMINED, State.CHECKED})
RESUMABLE = frozenset({State.STOPPED, State.FAILED})
UNDOABLE = frozenset({State.DONE, State.STOPPED, State.FAILED})


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that did not go in: `row` as a person counts, `values` its own cells by column."""

    part: str
    row: int
    reason: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRows:
    """The rows set aside that are kept (the first ones, 30 days), and how many there were in all."""

    rows: Sequence[SetAside]
    columns: Sequence[str]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRow:
    """A file or an address that is read again by itself, daily at `at_hour` of the shop's zone.

    `last_checked_at`: when it was last looked for; `last_worked_at`: when that last went well;
    `last_error`: why not, empty if it did; `last_import_id`: the import made last.
    """

    id: int
    kind: str
    place: str
    at_hour: int
    active: bool
    source: str
    mapping: Mapping[str, str]
    last_checked_at: datetime | None
    last_worked_at: datetime | None
    last_error: str
    last_import_id: int | None
    next_at: datetime | None = field(default=None)
