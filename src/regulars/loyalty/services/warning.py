"""Warnings before points expire: one for a customer and an end, so many days ahead."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from regulars.events import services as events
from regulars.events.types import NewEvent
from regulars.kit import sql
from regulars.loyalty.services.portions import THEIRS, in_portions
from regulars.loyalty.types import SOURCE
from regulars.loyalty.types.events import POINTS_EXPIRING

DAYS_AHEAD = (30, 7)
"""The farthest first."""
WARNED = (0, 30, 7)
"""All that may stand in `models.Lot.warned_days`: a number once used stays here, or its lots never expire."""

_LEFT = """
l.warned_days = ANY(%(before)s) AND l.available_minor > 0
AND l.expires_at > %(after)s AND l.expires_at <= %(until)s
"""
_DUE = f"""
SELECT l.wallet_id FROM loyalty_lot AS l WHERE l.open AND {_LEFT} ORDER BY l.expires_at LIMIT %(most)s
"""  # noqa: S608 (a part of ours)
# Who has points for a shorter time than that is told by the next warning only.
_WARN = f"""
WITH {THEIRS}, due AS MATERIALIZED (
    SELECT l.id, l.wallet_id, l.available_minor, l.expires_at,
           l.expires_at - %(ahead)s > l.usable_at AS is_told
    FROM theirs AS l WHERE {_LEFT}
), warned AS (
    UPDATE loyalty_lot AS l SET warned_days = %(days)s FROM due WHERE l.id = due.id
)
SELECT w.profile_id, due.expires_at, sum(due.available_minor) FILTER (WHERE due.is_told)::bigint, count(*),
       max(due.id)
FROM due JOIN loyalty_wallet AS w ON w.id = due.wallet_id
GROUP BY w.profile_id, due.expires_at
"""  # noqa: S608


def warn(*, now: datetime, limit: int) -> int:
    """Tell of what expires soon, once of each lot and number of days; gives how many lots were told of."""
    done = 0
    for number, days in enumerate(DAYS_AHEAD):
        nearer = DAYS_AHEAD[number + 1] if number + 1 < len(DAYS_AHEAD) else 0
        values = {
            "days": days,
            "ahead": timedelta(days=days),
            "before": [0, *DAYS_AHEAD[:number]],
            "after": now + timedelta(days=nearer),
            "until": now + timedelta(days=days),
        }
        done += in_portions(_DUE, values, partial(_warn_wallets, values), now=now, limit=limit - done)
        if done >= limit:
            return limit
    return done


def _warn_wallets(values: dict[str, Any], wallet_ids: Collection[int], now: datetime) -> int:
    warned = sql.rows(_WARN, values | {"wallets": list(wallet_ids)})
    events.record(
        [
            NewEvent(
                type=POINTS_EXPIRING,
                source=SOURCE,
                key=f"expiring:{values['days']}:{lot_id}:{expires_at:%Y%m%dT%H%M}",
                occurred_at=now,
                profile_id=profile_id,
                properties={
                    "days": values["days"],
                    "points_minor": points,
                    "expires_at": expires_at.isoformat(),
                },
            )
            for profile_id, expires_at, points, _, lot_id in warned
            if points
        ],
        now=now,
    )
    return sum(lots for _, _, _, lots, _ in warned)
