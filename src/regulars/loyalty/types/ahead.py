"""What somebody has of the programme and what is ahead of them, as a till, a card and a cabinet show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from regulars.loyalty.types.days import NextDay
from regulars.loyalty.types.programme import Programme
from regulars.loyalty.types.progress import BadgeHeld, Progress
from regulars.loyalty.types.rewards import GrantRow
from regulars.loyalty.types.standing import TierStanding
from regulars.offers.types import Coupon


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """As of a moment. `programme`: None where there is none that runs.

    `last_day`: the last one with the tier, by the customer's calendar, where it ends; `gifts` wait to be
    fetched, `coupons` to be used; what was `promised` is still to be done for them.
    """

    programme: Programme | None
    standing: TierStanding
    last_day: date | None = None
    progress: Sequence[Progress] = ()
    days: Sequence[NextDay] = ()
    gifts: Sequence[GrantRow] = ()
    promised: Sequence[GrantRow] = ()
    coupons: Sequence[Coupon] = ()
    badges: Sequence[BadgeHeld] = ()
