"""Points expire: what of a lot can be spent when its end comes is gone. What is held stays with its hold."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from regulars.events import services as events
from regulars.events.types import NewEvent
from regulars.kit import sql
from regulars.loyalty.services.portions import THEIRS, in_portions
from regulars.loyalty.services.posting import POSTINGS_MAX
from regulars.loyalty.services.warning import WARNED
from regulars.loyalty.types import SOURCE
from regulars.loyalty.types.events import POINTS_EXPIRED

_LEFT = "(l.available_minor > 0 OR (l.pending_minor > 0 AND l.usable_at IS NOT NULL))"
# By each warning there may have been: that comes first in the index, which so gives them in their order.
_DUE = " UNION ALL ".join(
    f"""(
    SELECT l.wallet_id FROM loyalty_lot AS l
    WHERE l.open AND l.warned_days = {days} AND l.expires_at <= %(now)s AND {_LEFT}
    ORDER BY l.expires_at LIMIT %(most)s
)"""  # noqa: S608 (parts of ours)
    for days in WARNED
)
_DUE = f"SELECT * FROM ({_DUE}) AS some_day LIMIT %(most)s"  # noqa: S608
# Points may come back to a lot that has ended, and expire once more: the moment of the run names it.
_EXPIRE = f"""
WITH {THEIRS}, due AS MATERIALIZED (
    SELECT l.id, l.wallet_id, w.profile_id, w.currency, l.available_minor, l.pending_minor, l.expires_at
    FROM theirs AS l JOIN loyalty_wallet AS w ON w.id = l.wallet_id
    WHERE l.expires_at <= %(now)s AND {_LEFT}
    ORDER BY l.id LIMIT %(most)s
), posted AS (
    INSERT INTO loyalty_posting
        (wallet_id, lot_id, currency, key, cause, from_account, to_account, amount_minor, at, recorded_at)
    SELECT due.wallet_id, due.id, due.currency, 'lot:' || due.id || ':expired:' || left_.account || %(run)s,
           'expired', left_.account, 'expired', left_.amount, due.expires_at, %(now)s
    FROM due CROSS JOIN LATERAL
        (VALUES ('available', due.available_minor), ('pending', due.pending_minor)) AS left_ (account, amount)
    WHERE left_.amount > 0
    ON CONFLICT (key) DO NOTHING
    RETURNING id, lot_id, amount_minor
)
SELECT due.profile_id, sum(posted.amount_minor)::bigint, count(DISTINCT due.id), max(due.expires_at),
       max(posted.id)
FROM due JOIN posted ON posted.lot_id = due.id
GROUP BY due.profile_id
"""  # noqa: S608


def expire(*, now: datetime, limit: int) -> int:
    """Let expire what has ended by now; gives how many lots, `limit` if there may be more."""
    return in_portions(_DUE, {"now": now}, _expire_wallets, now=now, limit=limit)


def _expire_wallets(wallet_ids: Collection[int], now: datetime) -> int:
    """All that has ended in wallets that are locked; an event for each customer."""
    run = f":{now:%Y%m%dT%H%M%S%f}"
    values: dict[str, Any] = {"wallets": list(wallet_ids), "now": now, "most": POSTINGS_MAX, "run": run}
    expired = sql.rows(_EXPIRE, values)
    events.record(
        [
            NewEvent(
                type=POINTS_EXPIRED,
                source=SOURCE,
                key=f"expired:{posting_id}",
                occurred_at=at,
                profile_id=profile_id,
                properties={"points_minor": points},
            )
            for profile_id, points, _, at, posting_id in expired
        ],
        now=now,
    )
    return sum(lots for _, _, lots, _, _ in expired)
