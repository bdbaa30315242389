"""The moment of which a question is asked: one for all, or one of each row that asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

ROW = "a"
"""The row that asks, where each has a moment of its own: `person_id`, all `profiles` of theirs, and `at`."""


@dataclass(frozen=True, slots=True)
class OfRow:
    """The moment of the row that asks, `ago` before it."""

    ago: timedelta = timedelta()

    def __sub__(self, ago: timedelta) -> OfRow:
        return OfRow(self.ago + ago)

    @property
    def sql(self) -> str:
        """The moment in SQL; hours are as long as they are, whatever the clocks do meanwhile."""
        seconds = int(self.ago.total_seconds())
        return f"({ROW}.at - make_interval(secs => {seconds}))" if seconds else f"{ROW}.at"


Moment = datetime | OfRow
