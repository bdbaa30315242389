"""Holds whose time is up are let go."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from regulars.loyalty.locks import lock_wallets_of_holds
from regulars.loyalty.services import telling_of_holds as telling
from regulars.loyalty.types import HoldState

BATCH = 1_000
"""So many holds in one transaction; each was taken out of a few lots."""

# A hold of a till that was cut off came to us late: as long as it lasts we wait for what the till did next.
_UP = """
state = 'held' AND lasts_until <= %(until)s
AND (%(told)s OR made_at + (lasts_until - at) <= %(until)s)
"""
_OVERDUE = f"SELECT id FROM loyalty_hold WHERE {_UP} ORDER BY lasts_until LIMIT %(limit)s"  # noqa: S608
_STILL = f"""
SELECT id, lasts_until FROM loyalty_hold WHERE id = ANY(%(ids)s) AND {_UP} ORDER BY id FOR NO KEY UPDATE
"""  # noqa: S608 (a condition of ours)
_RELEASE = "SELECT loyalty_release(%s, %s, %s)"
_CLOSE = "UPDATE loyalty_hold SET state = %s, closed_at = lasts_until WHERE id = ANY(%s)"


def time_out_holds(now: datetime, limit: int, *, until: datetime | None = None) -> int:
    """Let go what was not captured in time, as of the moment its time was up; gives how many holds.

    `until`: those whose time was up at that moment in the past, for what is told of it.
    """
    up: dict[str, Any] = {"until": now if until is None else min(until, now), "told": until is not None}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_OVERDUE, {**up, "limit": min(limit, BATCH)})
        overdue = [id_ for (id_,) in cursor.fetchall()]
        if not overdue:
            return 0
        lock_wallets_of_holds(hold_ids=overdue)
        cursor.execute(_STILL, {**up, "ids": overdue})
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
