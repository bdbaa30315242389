"""Points become usable: the return window ended, or the order arrived."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from regulars.events import services as events
from regulars.events.types import NewEvent
from regulars.kit import sql
from regulars.loyalty import locks
from regulars.loyalty.queries.lots import profiles_of_lots
from regulars.loyalty.services.debts import pay_debts
from regulars.loyalty.services.portions import THEIRS, in_portions
from regulars.loyalty.services.posting import POSTINGS_MAX, Move, mark_usable
from regulars.loyalty.types import SOURCE, Account, Cause
from regulars.loyalty.types.events import POINTS_BECAME_USABLE

_DUE = """
SELECT l.wallet_id FROM loyalty_lot AS l
WHERE l.open AND l.usable_since IS NULL AND l.usable_at <= %(now)s AND l.pending_minor > 0
ORDER BY l.usable_at LIMIT %(most)s
"""
_ACTIVATE = f"""
WITH {THEIRS}, due AS MATERIALIZED (
    SELECT l.id, l.wallet_id, w.profile_id, w.currency, l.pending_minor, l.usable_at, l.expires_at
    FROM theirs AS l JOIN loyalty_wallet AS w ON w.id = l.wallet_id
    WHERE l.usable_since IS NULL AND l.usable_at <= %(now)s AND l.pending_minor > 0
    ORDER BY l.id LIMIT %(most)s
), posted AS (
    INSERT INTO loyalty_posting
        (wallet_id, lot_id, currency, key, cause, from_account, to_account, amount_minor, at, recorded_at)
    SELECT wallet_id, id, currency, 'lot:' || id || ':became_usable', 'became_usable', 'pending', 'available',
           pending_minor, usable_at, %(now)s
    FROM due
    RETURNING id, lot_id
)
SELECT due.profile_id, due.wallet_id, due.id, due.pending_minor, due.usable_at, posted.id,
       due.expires_at <= %(now)s IS TRUE
FROM due JOIN posted ON posted.lot_id = due.id
ORDER BY due.expires_at NULLS LAST, due.id
"""  # noqa: S608 (a part of ours)
_SET = """
UPDATE loyalty_lot AS l
SET usable_at = t.usable_at,
    expires_at = CASE WHEN NOT t.ends THEN l.expires_at
                      WHEN l.sliding_days IS NULL THEN t.expires_at
                      ELSE greatest(l.expires_at, t.expires_at) END
FROM unnest(%s::text[], %s::timestamptz[], %s::boolean[], %s::timestamptz[])
    AS t(key, usable_at, ends, expires_at)
WHERE l.key = t.key AND l.usable_since IS NULL
"""


class Activated(NamedTuple):
    """A lot that has become usable."""

    profile_id: int
    wallet_id: int
    lot_id: int
    points_minor: int
    at: datetime
    posting_id: int
    has_ended: bool
    """It has expired meanwhile, before anybody got round to it."""


def activate(*, now: datetime, limit: int) -> int:
    """Make available what can be spent by now; gives of how many lots, `limit` if there may be more."""
    return in_portions(_DUE, {"now": now}, activate_wallets, now=now, limit=limit)


@transaction.atomic
def set_usable(
    *, usable: Mapping[str, datetime], expires: Mapping[str, datetime | None], now: datetime
) -> None:
    """Say from when lots can be spent (by their keys), and when they end; what is due is available at once.

    For lots that wait for a delivery. Those that can be spent already stay as they are; a lot that is not in
    `expires` keeps its end, and one that lasts by purchases never ends sooner for it.

    Raises ValueError for more than POSTINGS_MAX.
    """
    if len(usable) > POSTINGS_MAX:
        raise ValueError(f"{len(usable)} lots; the most is {POSTINGS_MAX}")
    if not usable:
        return
    profiles = profiles_of_lots(usable)
    wallets = locks.lock_wallets(profile_ids=set(profiles.values()))
    keys = sorted(profiles)
    sql.run(
        _SET,
        [
            keys,
            [usable[key] for key in keys],
            [key in expires for key in keys],
            [expires.get(key) for key in keys],
        ],
    )
    if any(moment <= now for moment in usable.values()):
        activate_wallets(wallets.values(), now)


def activate_wallets(wallet_ids: Collection[int], now: datetime) -> int:
    """All that is due in wallets that are locked; an event for each customer.

    Of what becomes usable at once the soonest to end pays a debt first; what has ended by now pays none, as
    the debt may have been made after that.
    """
    values: dict[str, Any] = {"wallets": list(wallet_ids), "now": now, "most": POSTINGS_MAX}
    activated = [Activated(*row) for row in sql.rows(_ACTIVATE, values)]
    mark_usable([one.lot_id for one in activated])
    pay_debts([_as_move(one) for one in activated if not one.has_ended], now=now)
    events.record(_events(activated), now=now)
    return len(activated)


def _as_move(one: Activated) -> Move:
    key = f"lot:{one.lot_id}:{Cause.BECAME_USABLE}"
    return Move(
        one.wallet_id,
        one.lot_id,
        key,
        Cause.BECAME_USABLE,
        Account.PENDING,
        Account.AVAILABLE,
        one.points_minor,
        one.at,
    )


def _events(activated: Collection[Activated]) -> list[NewEvent]:
    of_profiles: defaultdict[int, list[Activated]] = defaultdict(list)
    for one in activated:
        of_profiles[one.profile_id].append(one)
    return [
        NewEvent(
            type=POINTS_BECAME_USABLE,
            source=SOURCE,
            key=f"became_usable:{max(one.posting_id for one in theirs)}",
            occurred_at=max(one.at for one in theirs),
            profile_id=profile_id,
            properties={"points_minor": sum(one.points_minor for one in theirs)},
        )
        for profile_id, theirs in of_profiles.items()
    ]
