"""All that changes the books."""

from __future__ import annotations

from regulars.loyalty.services.checking import check_books
from regulars.loyalty.services.programme import publish
from regulars.loyalty.services.settled_events import settled_events
from regulars.loyalty.services.settling import settle
from regulars.loyalty.services.taking import take

__all__ = [
    "check_books",
    "publish",
    "settle",
    "settled_events",
    "take",
]
