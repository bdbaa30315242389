"""Holds whose time is up are let go."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from regulars.kit import sql
from regulars.loyalty.locks import lock_wallets_of_holds
from regulars.loyalty.services import telling_of_holds as telling
from regulars.loyalty.types import HoldState

BATCH = 1_000
"""So many holds in one transaction; each was taken out of a few lots."""

# A hold of a till that was cut off came to us late: as long as it lasts we wait for what the till did next.
_OVERDUE = """
SELECT id FROM loyalty_hold
WHERE state = 'held' AND lasts_until <= %s AND made_at + (lasts_until - at) <= %s
ORDER BY lasts_until LIMIT %s
"""
_STILL = """
SELECT id, lasts_until FROM loyalty_hold
WHERE id = ANY(%s) AND state = 'held' AND lasts_until <= %s ORDER BY id FOR NO KEY UPDATE
"""
_RELEASE = "SELECT loyalty_release(%s, %s, %s)"
_CLOSE = "UPDATE loyalty_hold SET state = %s, closed_at = lasts_until WHERE id = ANY(%s)"


@transaction.atomic
def time_out_holds(now: datetime, limit: int, *, only: Collection[int] | None = None) -> int:
    """Let go what was not captured in time, as of the moment its time was up; gives how many holds.

    `only`: the numbers of holds of which it is known that nothing else is to come; at most `limit`.
    """
    overdue = list(only or ())
    if only is None:
        overdue = sql.column(_OVERDUE, [now, now, min(limit, BATCH)])
    if not overdue:
        return 0
    lock_wallets_of_holds(hold_ids=overdue)
    still = dict(sql.rows(_STILL, [overdue, now]))
    if not still:
        return 0
    expired = sql.value(_RELEASE, [list(still), list(still.values()), now])
    sql.run(_CLOSE, [HoldState.TIMED_OUT.value, list(still)])
    if expired is not None:
        told = telling.on_the_way(max(still), activated=None, expired=json.loads(expired), at=now)
        telling.tell(told, now=now)
    return len(still)
