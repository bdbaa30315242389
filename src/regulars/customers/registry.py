"""What domains above say when their apps get ready: who points at profiles, and what is kept per person.

A profile somebody points at is not removed when the import that brought it is undone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

_NAME = re.compile(r"[a-z][a-z_]*")
_references: dict[str, str] = {}


def register_reference(name: str, sql_exists: str) -> None:
    """Say by what rows a profile may be pointed at.

    `name` is a plural noun in snake case ("orders"): the reason told is "has_<name>". `sql_exists` is the
    inside of an EXISTS in which `p` is the profile's row and nothing is a parameter:
    `SELECT 1 FROM commerce_order AS o WHERE o.profile_id = p.id`. An index must answer it.

    Registering the same again changes nothing. Raises ValueError for a bad or taken name.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not in snake case")
    if _references.setdefault(name, sql_exists) != sql_exists:
        raise ValueError(f"the reference {name} is registered already, with another query")


def references() -> dict[str, str]:
    """Name and query of each, in the order they were registered."""
    return dict(_references)


@dataclass(frozen=True, slots=True)
class Moved:
    """Profiles that have another person now: `profile_ids` moved from `old` to `new`.

    After a merge `old` is no more; after an un-merge `new` is there again and `old` has the others still.
    """

    old: int
    new: int
    profile_ids: tuple[int, ...]
    merged: bool
    """Whether two became one; False: one became two again."""


MergeStep = Callable[[Sequence[Moved], datetime], None]
"""Rebuilds, set-wise and in the same transaction, what is kept per person. All persons are locked."""

_steps: dict[str, MergeStep] = {}


def register_merge_step(name: str, step: MergeStep) -> None:
    """Have what is kept per person rebuilt when persons are merged or un-merged; lower layers come first.

    `name` is `<domain>.<what>`. Raises ValueError for a name that is taken.
    """
    if name in _steps:
        raise ValueError(f"the merge step {name} is registered twice")
    _steps[name] = step


def merge_steps() -> list[MergeStep]:
    """All of them, in the order they are to run."""
    return list(_steps.values())
