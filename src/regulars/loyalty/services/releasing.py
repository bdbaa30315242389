"""Holds whose time is up are let go."""

from __future__ import annotations

import json
from datetime import datetime

from django.db import connection, transaction

from regulars.loyalty.locks import lock_wallets_of_holds
from regulars.loyalty.services import telling_of_holds as telling
from regulars.loyalty.types import HoldState

BATCH = 1_000
"""So many holds in one transaction; each was taken out of a few lots."""

_OVERDUE = """
SELECT id FROM loyalty_hold WHERE state = 'held' AND lasts_until <= %s ORDER BY lasts_until LIMIT %s
"""
_STILL = """
SELECT id, lasts_until FROM loyalty_hold
WHERE id = ANY(%s) AND state = 'held' AND lasts_until <= %s ORDER BY id FOR NO KEY UPDATE
"""
_RELEASE = "SELECT loyalty_release(%s, %s, %s)"
_CLOSE = "UPDATE loyalty_hold SET state = %s, closed_at = lasts_until WHERE id = ANY(%s)"


def time_out_holds(now: datetime, limit: int, *, until: datetime | None = None) -> int:
    """Let go what was not captured in time, as of the moment its time was up; gives how many holds.

    `until`: only those whose time was up by then, for what is told of a moment in the past.
    """
    until = now if until is None else min(until, now)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_OVERDUE, [until, min(limit, BATCH)])
        overdue = [id_ for (id_,) in cursor.fetchall()]
        if not overdue:
            return 0
        lock_wallets_of_holds(hold_ids=overdue)
        cursor.execute(_STILL, [overdue, until])
        still = dict(cursor.fetchall())
        if not still:
            return 0
        cursor.execute(_RELEASE, [list(still), list(still.values()), now])
        expired = cursor.fetchone()[0]
        cursor.execute(_CLOSE, [HoldState.TIMED_OUT.value, list(still)])
        if expired is not None:
            told = telling.on_the_way(max(still), activated=None, expired=json.loads(expired), at=now)
            telling.tell(told, now=now)
        return len(still)
