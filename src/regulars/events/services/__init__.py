"""Writing the log. All within the transaction of the caller, whose change the events tell of."""

from __future__ import annotations

from regulars.events.services.epochs import open_epoch_if_moved
from regulars.events.services.marks import forget_touched, touch
from regulars.events.services.months import make_months
from regulars.events.services.record import record
from regulars.events.services.retract import forget_profiles, retract

__all__ = [
    "forget_profiles",
    "forget_touched",
    "make_months",
    "open_epoch_if_moved",
    "record",
    "retract",
    "touch",
]
