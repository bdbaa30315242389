"""Where somebody stands among the tiers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TierStanding:
    """What a person has and what it was measured by.

    `tier`: its key; empty: none. `measured_minor`: the measure of the programme's tiers as it was reckoned
    last. `ends_at`: the first moment at which they have the tier no more, None: they keep it; `falls_to`:
    the key of what they have then.
    """

    tier: str = ""
    since: datetime | None = None
    measured_minor: int = 0
    ends_at: datetime | None = None
    falls_to: str = ""
