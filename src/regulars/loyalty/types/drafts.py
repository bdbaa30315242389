"""The programme as it is being changed, before it is published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from regulars.loyalty.types.programme import Programme


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The one draft there is. `number` grows with each change; `based_on` is the version it was begun from
    (None: from nothing). `can_undo`: what was before the last change is kept."""

    number: int
    programme: Programme
    based_on: int | None
    kept_at: datetime
    kept_by: int | None
    can_undo: bool
