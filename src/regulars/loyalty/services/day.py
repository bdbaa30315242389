"""What time does to points, in the order of the day: activate, tiers, expire, tiers; then the warnings."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from regulars.loyalty.services.activating import activate
from regulars.loyalty.services.expiring import expire
from regulars.loyalty.services.warning import warn


class Step(Protocol):
    """Something to be done in the order of the day."""

    def __call__(self, *, now: datetime, limit: int) -> int:
        """Do at most `limit` things that are due and say how many that was."""


_tiers: list[Step] = []


def register_tiers(step: Step) -> None:
    """Have something done each time points have become usable, and again after points have expired."""
    _tiers.append(step)


def run_day(*, now: datetime, limit: int) -> int:
    """Do all that is due at `now`, outside of transactions; gives `limit` where there may be more.

    Nothing expires before all is usable that is to be by then: so points that become usable and end at
    the same moment are told of in that order.
    """
    done = 0
    for step in (activate, *_tiers, expire, *_tiers, warn):
        done += step(now=now, limit=limit - done)
        if done >= limit:
            return limit
    return done
