"""Taking points from a person, as far as there are any."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from regulars.kit import sql
from regulars.loyalty import locks
from regulars.loyalty.queries.lots import takeable
from regulars.loyalty.rules.taking import take as taken_of
from regulars.loyalty.services.activating import activate_wallets
from regulars.loyalty.services.posting import post
from regulars.loyalty.services.taking_back import taking_moves
from regulars.loyalty.types import Account, Cause

_TAKEN = """
SELECT coalesce(sum(p.amount_minor), 0) FROM loyalty_posting AS p
WHERE p.key IN (SELECT %s || l.id || %s FROM loyalty_lot AS l WHERE l.wallet_id = ANY(%s))
"""


@transaction.atomic
def take(
    *,
    profile_id: int,
    points_minor: int,
    key: str,
    cause: Cause,
    account: Account,
    at: datetime,
    now: datetime,
) -> int:
    """Take points from whatever lots of the person can be spent at `at`, the soonest to end first.

    They go to `account`. Gives how much there was, at most `points_minor`; the same key again takes nothing
    more and gives what was taken. Records no event: the caller knows what it is about.
    """
    wallets = locks.lock_persons_wallets(profile_ids=[profile_id]).values()
    if before := _taken_before(key, cause, list(wallets)):
        return before
    activate_wallets(wallets, now)
    lots = takeable(profile_ids=[profile_id], wallet_ids=wallets, first=at, last=at, now=now)
    taken = list(taken_of(lots.of(profile_id), points_minor=points_minor, at=at, now=now))
    post(taking_moves(taken, named=key, cause=cause, account=account, at=at), now=now)
    return sum(one.amount_minor for one in taken)


def _taken_before(key: str, cause: Cause, wallet_ids: list[int]) -> int:
    return int(sql.value(_TAKEN, [f"{key}:", f":{cause}", wallet_ids]))
