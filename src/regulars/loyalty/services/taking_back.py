"""Taking back what an order earned and its customer spent already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from regulars.loyalty.queries.lots import TakeableLots, takeable
from regulars.loyalty.rules.settling import Standing
from regulars.loyalty.rules.taking import Taken, take
from regulars.loyalty.services.activating import activate_wallets
from regulars.loyalty.services.posting import Move, post
from regulars.loyalty.types import Account, Cause, Wanted
from regulars.loyalty.types.programme import WhenSpent


@dataclass(frozen=True, slots=True)
class Short:
    """So much of what a lot had earned is not in it any more."""

    wanted: Wanted
    lot: Standing
    short_minor: int
    when_spent: WhenSpent


@dataclass(frozen=True, slots=True)
class Shortage:
    """What became of it: the rest came from other lots of the person."""

    owed_minor: int = 0
    let_go_minor: int = 0


def take_elsewhere(
    shorts: Sequence[Short], *, wallet_ids: Collection[int], now: datetime
) -> Mapping[str, Shortage]:
    """Take what is short from other lots, as a debt, or let it go, as each says; what came first, first."""
    found: defaultdict[str, Shortage] = defaultdict(Shortage)
    if not shorts:
        return found
    activate_wallets(wallet_ids, now)
    moments = [short.wanted.at for short in shorts]
    lots = takeable(
        profile_ids={short.wanted.profile_id for short in shorts},
        wallet_ids=wallet_ids,
        first=min(moments),
        last=max(now, *moments),
        now=now,
    )
    moves: list[Move] = []
    for short in sorted(shorts, key=lambda one: (one.wanted.at, one.wanted.key)):
        named = f"{short.wanted.key}:{short.lot.revision + 1}"
        taken = _taken(short, lots, now)
        why, account, at = Cause.TAKEN_BACK, short.wanted.account, short.wanted.at
        moves += taking_moves(taken, named=named, cause=why, account=account, at=at)
        rest = short.short_minor - sum(one.amount_minor for one in taken)
        if rest and short.when_spent == "owe":
            found[short.wanted.key] = Shortage(owed_minor=rest)
            moves.append(_beside(short, f"{named}:{Cause.OWED}", Cause.OWED, Account.DEBT, rest))
        elif rest:
            found[short.wanted.key] = Shortage(let_go_minor=rest)
            if short.wanted.account is not Account.ADJUSTMENTS:
                key = f"{named}:{Cause.WRITTEN_OFF}:{Account.ADJUSTMENTS}"
                moves.append(_beside(short, key, Cause.WRITTEN_OFF, Account.ADJUSTMENTS, rest))
    post(moves, now=now)
    return found


def _taken(short: Short, lots: TakeableLots, now: datetime) -> list[Taken]:
    """What is taken from other lots, each at most once: `take` draws what it can of a lot."""
    if short.when_spent == "write_off":
        return []
    theirs, at = lots.of(short.wanted.profile_id), short.wanted.at
    taken = list(take(theirs, points_minor=short.short_minor, at=at, now=now))
    if short.when_spent == "owe" and at < now:
        # What has become usable since would have paid the debt.
        rest = short.short_minor - sum(one.amount_minor for one in taken)
        drawn = {one.lot.id for one in taken}
        others = [lot for lot in theirs if lot.id not in drawn]
        taken += take(others, points_minor=rest, at=now, now=now)
    return taken


def taking_moves(
    taken: Sequence[Taken], *, named: str, cause: Cause, account: Account, at: datetime
) -> list[Move]:
    """The postings by which so much is taken out of these lots; `named` begins their keys."""
    moves = []
    for one in taken:
        lot = one.lot
        key = f"{named}:{lot.id}"
        for why, source, target, amount in (
            (Cause.REVIVED, Account.EXPIRED, Account.AVAILABLE, one.revived_minor),
            (cause, Account.AVAILABLE, account, one.amount_minor),
        ):
            if amount:
                moves.append(Move(lot.wallet_id, lot.id, f"{key}:{why}", why, source, target, amount, at))
    return moves


def _beside(short: Short, key: str, cause: Cause, source: Account, amount: int) -> Move:
    return Move(short.lot.wallet_id, None, key, cause, source, short.wanted.account, amount, short.wanted.at)
