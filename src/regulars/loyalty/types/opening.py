"""Points that customers bring over from the programme before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

OpeningKey = tuple[str, str]
"""(source, "<profile>:<last day, empty if none was told>"): which balance it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a customer brings over. `last_day`: on which they can still spend it; None: as the programme says
    of points earned now, and for ever where there is none."""

    profile_id: int
    points_minor: int
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class OpeningBefore:
    """How many points a balance was before it was told again."""

    points_minor: int


@dataclass(frozen=True, slots=True)
class OpeningsRecorded:
    """By key: the lots of what was told; of what changed also its revision, and what it was before (absent:
    it is new)."""

    ids: Mapping[OpeningKey, int]
    before: Mapping[OpeningKey, OpeningBefore]
    revisions: Mapping[OpeningKey, int]


@dataclass(frozen=True, slots=True)
class OpeningChange:
    """What was done to a balance, to be taken back; `before` None: it was new."""

    key: OpeningKey
    revision: int
    before: OpeningBefore | None


class OpeningKept(StrEnum):
    """Why a balance stays as it is."""

    CHANGED_SINCE = "changed_since"
    POINTS_USED = "points_used"
    """Some of the points were spent, or have expired."""
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class OpeningsUndone:
    """What stayed, and why; all else was taken back."""

    kept: Mapping[OpeningKey, OpeningKept]
