"""Points that last by purchases last anew with each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from regulars.customers import queries as customers
from regulars.kit import sql
from regulars.loyalty import locks
from regulars.loyalty.queries.lots import EXPIRED_UNUSED, zones_of
from regulars.loyalty.rules.lifetime import lasting
from regulars.loyalty.services.debts import pay_debts
from regulars.loyalty.services.posting import POSTINGS_MAX, Move, post
from regulars.loyalty.types import Account, Cause

# Also those that are spent: points of them may come back.
_SLIDING = f"""
SELECT p.person_id, l.id, l.wallet_id, l.sliding_days, l.expires_at, l.usable_since IS NOT NULL,
       {EXPIRED_UNUSED}
FROM loyalty_lot AS l
JOIN loyalty_wallet AS w ON w.id = l.wallet_id
JOIN customers_profile AS p ON p.id = w.profile_id
WHERE l.wallet_id = ANY(%s) AND l.sliding_days IS NOT NULL AND l.expires_at IS NOT NULL
  AND (l.open OR l.redeemed_minor > 0 OR l.expired_minor > 0)
ORDER BY l.id
"""  # noqa: S608 (a part of ours)
_EXTEND = """
UPDATE loyalty_lot AS l SET expires_at = t.expires_at, warned_days = 0
FROM unnest(%s::bigint[], %s::timestamptz[]) AS t(id, expires_at)
WHERE l.id = t.id
"""


@dataclass(slots=True)
class Sliding:
    """A lot whose end moves with purchases."""

    id: int
    wallet_id: int
    days: int
    expires_at: datetime
    is_usable: bool
    expired_minor: int
    alive_by: datetime | None = None
    """The last purchase that moved its end."""

    def extend(self, at: datetime, zone: ZoneInfo) -> None:
        """What had ended by then does not come back; nothing ends sooner than before."""
        if at < self.expires_at and (until := lasting(since=at, days=self.days, zone=zone)) > self.expires_at:
            self.expires_at, self.alive_by = until, at


@transaction.atomic
def extend(
    *, activity: Mapping[int, datetime], now: datetime, locked: Mapping[int, int] = locks.NONE_LOCKED
) -> int:
    """Let points that last by purchases last anew: those of the persons of these profiles, who bought then.

    A purchase we hear of late brings back what has expired since. Gives how many lots last longer. `locked`:
    the wallets the caller has locked, as of `settle`.
    Raises ValueError for more than POSTINGS_MAX profiles.
    """
    if len(activity) > POSTINGS_MAX:
        raise ValueError(f"{len(activity)} customers; the most is {POSTINGS_MAX}")
    missing = activity.keys() - locked.keys()
    wallets = {**locked, **locks.lock_persons_wallets(profile_ids=missing)}.values()
    if not wallets:
        return 0
    purchases, lots = _read(activity, wallets)
    zones = zones_of(profile_ids=activity.keys())
    for person_id, theirs in purchases.items():
        for at, profile_id in sorted(theirs):
            for lot in lots[person_id]:
                lot.extend(at, zones[profile_id])
    longer = [lot for theirs in lots.values() for lot in theirs if lot.alive_by]
    sql.run(_EXTEND, [[lot.id for lot in longer], [lot.expires_at for lot in longer]])
    moves = [
        _revived(lot, lot.alive_by)
        for lot in longer
        if lot.alive_by and lot.expired_minor and lot.expires_at > now
    ]
    post(moves, now=now)
    pay_debts([move for move in moves if move.target is Account.AVAILABLE], now=now)
    return len(longer)


def _read(
    activity: Mapping[int, datetime], wallet_ids: Collection[int]
) -> tuple[dict[int, list[tuple[datetime, int]]], dict[int, list[Sliding]]]:
    """By person: when they bought something, and their lots."""
    purchases: defaultdict[int, list[tuple[datetime, int]]] = defaultdict(list)
    lots: defaultdict[int, list[Sliding]] = defaultdict(list)
    for profile_id, person_id in customers.persons_of(activity).items():
        purchases[person_id].append((activity[profile_id], profile_id))
    for person_id, *lot in sql.rows(_SLIDING, [list(wallet_ids)]):
        lots[person_id].append(Sliding(*lot))
    return purchases, lots


def _revived(lot: Sliding, at: datetime) -> Move:
    """What had expired is there again; of a lot that never became usable it waits for that."""
    target = Account.AVAILABLE if lot.is_usable else Account.PENDING
    key = f"lot:{lot.id}:{Cause.REVIVED}:{lot.expires_at:%Y%m%dT%H%M%S}"
    return Move(lot.wallet_id, lot.id, key, Cause.REVIVED, Account.EXPIRED, target, lot.expired_minor, at)
