"""All that changes the books."""

from __future__ import annotations

from regulars.loyalty.services.adjusting import adjust, decide_adjustment, undo_adjustment
from regulars.loyalty.services.checking import check_books
from regulars.loyalty.services.holding import cancel, capture, hold, spend
from regulars.loyalty.services.journal import do_entries, do_journals, store_entries
from regulars.loyalty.services.programme import publish
from regulars.loyalty.services.releasing import time_out_holds
from regulars.loyalty.services.settled_events import settled_events
from regulars.loyalty.services.settling import settle
from regulars.loyalty.services.taking import take

__all__ = [
    "adjust",
    "cancel",
    "capture",
    "check_books",
    "decide_adjustment",
    "do_entries",
    "do_journals",
    "hold",
    "publish",
    "settle",
    "settled_events",
    "spend",
    "store_entries",
    "take",
    "time_out_holds",
    "undo_adjustment",
]
