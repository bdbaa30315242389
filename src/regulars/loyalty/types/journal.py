"""What a till wrote down while it was cut off."""

from __future__ import annotations

from enum import StrEnum


class EntryKind(StrEnum):
    """What the till did."""

    HOLD = "hold"
    CAPTURE = "capture"
    CANCEL = "cancel"
    SPEND = "spend"
    """Hold and capture in one: the discount was given."""
    ORDER = "order"
    RETURN = "return"


class EntryState(StrEnum):
    """How far an entry is."""

    WAITING = "waiting"
    """For one that comes before it."""
    DONE = "done"
    SHORT = "short"
    """Done as far as there were points; the rest is reported."""
    REFUSED = "refused"
    """Cannot be honoured; the reason is kept and shown."""
