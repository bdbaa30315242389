"""The programme as it is being changed, before it is published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from regulars.loyalty.types.programme import Programme

Change = Literal["added", "changed", "removed", "copied", "moved", "taken over"]
"""What was done to a part; the draft as a whole is taken over from another programme."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change was, for the audit log. `part`: a word for its kind, empty for all of the programme;
    `name`: what the shop calls it, empty where there is one of its kind."""

    what: Change = "taken over"
    part: str = ""
    name: str = ""


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
