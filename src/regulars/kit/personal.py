"""The one registry of what is kept about people: how it is found, told to them, and erased.

A domain declares its tables in `AppConfig.ready()`. What drives it (one file for the customer, erasure)
stands in `customers`, so that no domain knows another's tables. Every column that can hold a text must be
declared, as personal or as free of it: a test goes through all models.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Whom:
    """Whose data: persons and profiles by their numbers, and by what else they were known.

    For what names people by these alone, `ids`: those that sources have of them; `values`: names, addresses
    and numbers as they are stored, and ids that tell a person by themselves.
    """

    person_ids: tuple[int, ...]
    profile_ids: tuple[int, ...]
    ids: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What a customer is told of a row: in what words, and by which SQL over the row `t`."""

    words: Promise | str
    expression: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table with rows about customers.

    `whose` is a condition over its row `t` with the parameters `%(persons)s` and `%(profiles)s`, arrays of
    ids; an index must answer it. `tells` is what the customer's file has of each row, by a name that stays;
    a column that ends in `_minor` is money of the column `currency`. `label` heads it.

    `personal`: columns that may tell who somebody is, or what only concerns them. Erasing removes the rows,
    or sets columns as `blank` says (SQL by column), or, with neither, the table is `kept`, for a reason
    that is given to the person. `key`: columns that name a row. `free`: columns of text that name nobody.
    """

    name: str
    label: Promise
    whose: str
    tells: Mapping[str, Told] = field(default_factory=dict)
    personal: Collection[str] = ()
    free: Collection[str] = ()
    remove: bool = False
    blank: Mapping[str, str] = field(default_factory=dict)
    key: tuple[str, ...] = ("id",)
    order: str = ""
    """By what the rows are told in order; the key where empty."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What a declared step does to columns of a table that no condition finds."""

    table: str
    columns: frozenset[str]
    step: str


Step = Callable[[Whom, datetime, int], int]
"""`step(whom, now, limit)` erases at most about `limit` things more and says how many; 0: all is done."""
Guard = Callable[[Whom], str]
"""Why somebody cannot be erased just now, in words for who asks; empty: nothing speaks against it."""

_tables: dict[str, Table] = {}
_free: dict[str, frozenset[str]] = {}
_elsewhere: list[Elsewhere] = []
_steps: dict[str, Step] = {}
_guards: list[Guard] = []


def register(*tables: Table) -> None:
    """Declare tables with rows about customers; they are gone through in this order.

    Raises ValueError for a table that is declared already, or of which a personal column would stay.
    """
    for table in tables:
        if table.name in _tables:
            raise ValueError(f"the table {table.name} is declared twice")
        if not table.remove and (left := set(table.personal) - set(table.blank)):
            raise ValueError(f"what is personal of {table.name} would stay: {sorted(left)}")
        _tables[table.name] = table


def free(table: str, *columns: str) -> None:
    """Declare columns of a table that name no customer: words of ours, of colleagues, of the shop."""
    _free[table] = _free.get(table, frozenset()) | frozenset(columns)


def register_step(name: str, step: Step, **columns: Collection[str]) -> None:
    """Add what erases things that no condition over a table finds: files, texts that quote somebody.

    `columns`: what of which tables it sees to. Raises ValueError for a name that is taken.
    """
    if name in _steps:
        raise ValueError(f"the step {name} is registered twice")
    _steps[name] = step
    _elsewhere.extend(Elsewhere(table, frozenset(of), name) for table, of in columns.items())


def register_guard(guard: Guard) -> None:
    """Add a reason why somebody cannot be erased just now."""
    _guards.append(guard)


def tables() -> list[Table]:
    """All declared tables, in the order they were declared: lower layers first."""
    return list(_tables.values())


def steps() -> dict[str, Step]:
    """All steps by name, in the order they were registered."""
    return dict(_steps)


def guards() -> list[Guard]:
    """All that may speak against erasing."""
    return list(_guards)


def declared(table: str) -> frozenset[str]:
    """Columns of a table of which something is declared."""
    found = _tables.get(table)
    own = frozenset(found.personal) | frozenset(found.free) if found else frozenset()
    seen = [elsewhere.columns for elsewhere in _elsewhere if elsewhere.table == table]
    return own.union(_free.get(table, frozenset()), *seen)
