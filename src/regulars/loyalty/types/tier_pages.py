"""Who has which tier, as pages list it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

NEAR_PERCENT = 80
"""Who has so much of what the next tier asks for is near it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TierCount:
    """How many have a tier (`key` empty: bought, and have none), reached it lately, and are about to lose it.

    `near`: are near the tier above.
    """

    key: str
    persons: int
    came: int
    ending: int
    near: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TierPerson:
    """Somebody in a list of them."""

    person_id: int
    tier: str
    since: datetime | None
    measured_minor: int
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Which:
    """Whom to list: who has the tier `key`, is near it, or is about to lose theirs, whichever."""

    kind: Literal["tier", "near", "ending"]
    key: str = ""
