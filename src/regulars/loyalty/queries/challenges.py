"""How far customers are with challenges, and which badges they hold."""

from __future__ import annotations

from datetime import datetime

from regulars.loyalty.types.progress import BadgeHeld, Progress


def progress_of(*, person_id: int, at: datetime) -> list[Progress]:
    """How far a person is with each challenge that runs at a moment, in the order of the programme.

    Those that are for others (`who`) are left out, as are those whose campaign is over or yet to come.
    """
    return []


def badges_of(*, person_id: int) -> list[BadgeHeld]:
    """The badges a person holds, the newest first."""
    return []
