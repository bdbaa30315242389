"""What somebody is to have for something they did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from regulars.loyalty.types.accounts import Account, Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What one thing is to have earned by now, all told; the books are brought there.

    `key` names the lot, once for ever: `order:<source>:<number>:<rule>`, `opening:…`, `by_hand:…`. The first
    telling makes the lot, with all that stands here; later ones only change how much it is: more is posted
    from `account`, less is taken back. `usable_at` None: not known yet; `expires_at` None: never.
    `version_id`: the version of the programme it is by. `at`: the moment of what makes it so.
    """

    key: str
    profile_id: int
    points_minor: int
    at: datetime
    earned_at: datetime
    usable_at: datetime | None
    expires_at: datetime | None
    sliding_days: int | None = None
    order_source: str = ""
    order_id: str = ""
    rule: str = ""
    version_id: int | None = None
    account: Account = Account.ISSUED
    cause: Cause = Cause.EARNED


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What was done: `change_minor` more (or less) than before, by the telling `revision` of the lot.

    Of what was taken back, `owed_minor` became a debt and `written_off_minor` was let go, since it was
    spent already.
    """

    key: str
    profile_id: int
    lot_id: int
    change_minor: int
    revision: int
    owed_minor: int = 0
    written_off_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveBack:
    """Of what was spent by a hold, `given_back_minor` is to have come back by now, all told."""

    hold_id: int
    given_back_minor: int
    at: datetime
