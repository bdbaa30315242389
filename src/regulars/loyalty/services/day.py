"""What time does to points, in the order of the day: activate, tiers, expire, tiers; then the warnings."""

from __future__ import annotations

from datetime import datetime

from regulars.loyalty.services.activating import activate
from regulars.loyalty.services.expiring import expire
from regulars.loyalty.services.tiers_over_time import run_tiers
from regulars.loyalty.services.warning import warn


def run_day(*, now: datetime, limit: int) -> int:
    """Do all that is due at `now`, outside of transactions; gives `limit` where there may be more.

    Nothing expires before all is usable that is to be by then: so points that become usable and end at
    the same moment are told of in that order.
    """
    done = 0
    for step in (activate, run_tiers, expire, run_tiers, warn):
        done += step(now=now, limit=limit - done)
        if done >= limit:
            return limit
    return done
