"""Points given and taken by hand."""

from __future__ import annotations

from enum import StrEnum


class AdjustmentState(StrEnum):
    """How far an adjustment is."""

    WAITING = "waiting"
    """For a second colleague."""
    DONE = "done"
    REFUSED = "refused"
