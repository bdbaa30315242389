"""The order in which a till's entries are done, and by what an entry is known again."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta

from regulars.loyalty.types import NewEntry

GAP_LASTS = timedelta(hours=72)
"""So long entries wait for one before them; a till that is cut off for a weekend sends all of it in that."""


def digest(entry: NewEntry) -> bytes:
    """By which the same entry is known again, in whatever order its parts were sent."""
    body = {**entry.body, "customer": entry.named} if entry.named else entry.body
    told = [entry.kind.value, entry.key, entry.at.isoformat(), body]
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()


def is_due(number: int, *, next_number: int, complete_to: int) -> bool:
    """Whether an entry's turn has come, of all that wait the one with the lowest number.

    It has if nothing is missing before it, if all that is missing stays away by the till's own word
    (`complete_to`), or if it comes late, after the others went on without it.
    """
    return number <= max(next_number, complete_to + 1)


def is_given_up(received_at: datetime, *, now: datetime) -> bool:
    """Whether an entry that came at that moment waits no longer for what is missing before it."""
    return received_at + GAP_LASTS <= now
