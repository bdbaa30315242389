"""Doing what is due in transactions of bearable size."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from regulars.loyalty import locks

PORTION = 1_000
"""Lots in a transaction: its wallets are locked so long, and a till may be waiting for one of them."""

Step = Callable[[Collection[int], datetime], int]
"""`step(wallet_ids, now)` does all that is due in wallets that are locked, and says of how many lots."""


def in_portions(due: str, values: dict[str, Any], step: Step, *, now: datetime, limit: int) -> int:
    """Do what is due, most of it by most `limit` lots; gives of how many lots, `limit` if there may be more.

    `due` is SQL that gives the wallets of at most `%(most)s` lots with something to do. All of a wallet is
    done at once, so that its customer hears of it once.
    """
    done = 0
    while done < limit:
        most = min(PORTION, limit - done)
        found, count = _portion(due, values | {"most": most}, step, now)
        done += count
        if found < most or not count:
            return min(done, limit - 1)
    return limit


@transaction.atomic
def _portion(due: str, values: dict[str, Any], step: Step, now: datetime) -> tuple[int, int]:
    """How many lots were found to be due, and of how many something was done: others may have come first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT w.profile_id FROM ({due}) AS d JOIN loyalty_wallet AS w ON w.id = d.wallet_id",  # noqa: S608
            values,
        )
        profiles = [profile_id for (profile_id,) in cursor.fetchall()]
    wallets = locks.lock_wallets(profile_ids=set(profiles))
    return len(profiles), step(wallets.values(), now) if wallets else 0
