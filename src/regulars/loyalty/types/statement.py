"""What happened to the points of a customer, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from regulars.loyalty.types.accounts import Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """Postings of one cause and occasion, in minor units of points.

    `change_minor`: how many more (or fewer) points the customer has by it, pending, held and owed ones
    counted; 0 where points only moved between those: `moved_minor` says how many. `balance_minor`: what
    they had afterwards, counted the same way. `at`: the moment of what it tells of; `recorded_at`: when we
    were told. `expires_at`: of the points it tells of, the first to expire. `adjustment_id`: what was given
    or taken by hand. `named`: the part of the programme that gave it, or the reward it was spent on.
    """

    id: int
    cause: Cause
    at: datetime
    recorded_at: datetime
    change_minor: int
    moved_minor: int
    balance_minor: int
    order_source: str
    order_id: str
    hold_id: int | None
    adjustment_id: int | None
    usable_at: datetime | None
    expires_at: datetime | None
    named: str = ""
