"""What is handed out of a person, and how they are erased."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

ERASED = "erased-"
"""How the ids of profiles begin that name nobody any more."""


class ErasureReason(StrEnum):
    """Why somebody is erased."""

    ASKED = "asked"
    """They asked for it."""
    WITHDRAWN = "withdrawn"
    """They no longer agree that what is known of them is kept."""
    NOT_NEEDED = "not_needed"
    """There is no use for it any more."""
    MISTAKE = "mistake"
    """They came in by mistake, as with a test."""


@dataclass(frozen=True, slots=True)
class ErasureRow:
    """An erasure, and how far it is; `done_at` None: the rest is under way."""

    id: int
    person_id: int
    reason: ErasureReason
    asked_at: datetime
    asked_by: int | None
    counts: Mapping[str, int]
    done_at: datetime | None


Cell = str | int | float | bool | None | list[object] | dict[str, object]


@dataclass(frozen=True, slots=True)
class Section:
    """Rows of one table about a person. `words`: by column. `more`: there are more than are handed out."""

    name: str
    label: object
    words: Mapping[str, object]
    rows: tuple[Mapping[str, Cell], ...]
    more: bool = False


@dataclass(frozen=True, slots=True)
class PersonalData:
    """All that is kept of a person, table by table; empty tables are left out."""

    person_id: int
    shop: str
    made_at: datetime
    sections: tuple[Section, ...]
