"""Points set aside for an order that is being paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class HoldState(StrEnum):
    """What became of a hold."""

    HELD = "held"
    CAPTURED = "captured"
    """Spent, whole or in part; the rest went back."""
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHold:
    """What is asked for. `key`: whoever asks makes it up; the same key with something else is a conflict.

    `at`: when it is asked for by the clock of whoever asks (a till that was cut off: in the past). `order`:
    the order it is for, by its source and the shop's number; both may be told with the capture instead.
    `lasts_until`: when it is let go by itself. `branch_id`: the branch of the till.
    """

    key: str
    profile_id: int
    points_minor: int
    at: datetime
    lasts_until: datetime
    order_source: str = ""
    order_id: str = ""
    branch_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A hold as it stands. `given_back_minor`: of what was spent, as the order was given back."""

    id: int
    key: str
    profile_id: int
    points_minor: int
    spent_minor: int
    given_back_minor: int
    state: HoldState
    order_source: str
    order_id: str
    branch_id: int | None
    at: datetime
    lasts_until: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Balance:
    """What a person has, over all their profiles, at a moment; minor units of points.

    `spendable_minor`: what can be spent now: available and not expired, less what is owed; never negative.
    `soonest_minor` of it expire first, at `soonest_at` (exclusive; None: nothing expires).
    """

    spendable_minor: int
    pending_minor: int
    held_minor: int
    owed_minor: int
    soonest_minor: int = 0
    soonest_at: datetime | None = None
