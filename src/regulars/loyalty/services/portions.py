"""Doing what is due in transactions of bearable size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from regulars.kit import sql
from regulars.loyalty import locks

PORTION = 1_000
"""Lots in a transaction: its wallets are locked so long, and a till may be waiting for one of them."""

THEIRS = """
theirs AS MATERIALIZED (
    SELECT l.id, l.wallet_id, l.pending_minor, l.available_minor, l.usable_at, l.usable_since, l.expires_at,
           l.warned_days
    FROM loyalty_lot AS l WHERE l.wallet_id = ANY(%(wallets)s) AND l.open
)
"""
"""What is open in locked wallets, found by these and nothing else: where a million lots end on one day, the
index of ends would be gone through again for each portion."""

Step = Callable[[Collection[int], datetime], int]
"""`step(wallet_ids, now)` does all that is due in wallets that are locked, and says of how many lots."""


def in_portions(due: str, values: Mapping[str, Any], step: Step, *, now: datetime, limit: int) -> int:
    """Do what is due, looking at `limit` lots; gives of how many, `limit` if there may be more.

    `due` is SQL that gives the wallets of at most `%(most)s` lots with something to do. All of a wallet is
    done at once, so that its customer hears of it once. Where nothing could be done, there is no more.
    """
    due_lots = _due_lots(due, {**values, "most": limit})
    done = sum(_portion(profiles, step, now) for profiles in _portions(due_lots))
    return limit if done and due_lots.total() >= limit else min(done, limit - 1)


def _due_lots(due: str, values: Mapping[str, Any]) -> Counter[int]:
    """How many lots of each profile are due, in the order in which they are."""
    whose = f"SELECT w.profile_id FROM ({due}) AS d JOIN loyalty_wallet AS w ON w.id = d.wallet_id"  # noqa: S608
    return Counter(sql.column(whose, values))


def _portions(due_lots: Counter[int]) -> Iterator[list[int]]:
    """The profiles, some at a time: with about PORTION lots together."""
    profiles, lots = [], 0
    for profile_id, count in due_lots.items():
        profiles.append(profile_id)
        lots += count
        if lots >= PORTION:
            yield profiles
            profiles, lots = [], 0
    if profiles:
        yield profiles


@transaction.atomic
def _portion(profiles: Collection[int], step: Step, now: datetime) -> int:
    """Of how many lots something was done: others may have come first, or more be due of a wallet."""
    wallets = locks.lock_wallets(profile_ids=profiles)
    return step(wallets.values(), now)
