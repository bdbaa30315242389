"""Writing the log, and having it read. What is recorded belongs to the transaction of the caller."""

from __future__ import annotations

from regulars.events.services.claims import claim, release
from regulars.events.services.consuming import consume, drain
from regulars.events.services.epochs import open_epoch_if_moved
from regulars.events.services.history import as_history
from regulars.events.services.marks import forget_touched, touch
from regulars.events.services.months import make_months
from regulars.events.services.names import admit
from regulars.events.services.promises import only_backfill
from regulars.events.services.record import heard, record, wake
from regulars.events.services.registration import ensure_consumers, pause, resume, start_again
from regulars.events.services.retention import drop_old_browsing
from regulars.events.services.retract import forget_profiles, retract
from regulars.events.services.set_aside import drop_set_aside, replay
from regulars.events.services.waking import tell_behind

__all__ = [
    "admit",
    "as_history",
    "claim",
    "consume",
    "drain",
    "drop_old_browsing",
    "drop_set_aside",
    "ensure_consumers",
    "forget_profiles",
    "forget_touched",
    "heard",
    "make_months",
    "only_backfill",
    "open_epoch_if_moved",
    "pause",
    "record",
    "release",
    "replay",
    "resume",
    "retract",
    "start_again",
    "tell_behind",
    "touch",
    "wake",
]
