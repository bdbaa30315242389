"""Points given and taken by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AdjustmentState(StrEnum):
    """How far an adjustment is."""

    WAITING = "waiting"
    """For a second colleague."""
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentRow:
    """Points a colleague gave (or took, negative) by hand, or asked to.

    `person_id`: whose they are now. `undoes`: the adjustment this one is the opposite of.
    `undone`: there is such an opposite, done or waiting.
    """

    id: int
    profile_id: int
    person_id: int
    points_minor: int
    reason: str
    state: AdjustmentState
    asked_by: int
    asked_at: datetime
    decided_by: int | None
    decided_at: datetime | None
    undoes: int | None
    undone: bool

    @property
    def can_undo(self) -> bool:
        return self.state is AdjustmentState.DONE and not self.undone


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentLimits:
    """What a colleague may do by hand, in minor units of points.

    `most_minor`: at once; 0: nothing. `alone_minor`: more than that waits for a second colleague, counting
    what they gave or took of the same customer within a day.
    """

    most_minor: int
    alone_minor: int
