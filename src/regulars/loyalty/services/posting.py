"""Writing postings. Balances follow by themselves; whoever posts has locked the wallets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from regulars.kit import sql
from regulars.loyalty.types import POINTS, Account, Cause

POSTINGS_MAX = 5_000
"""Most things in one transaction: an open write holds the readers of the log back."""

_POST = """
INSERT INTO loyalty_posting
    (wallet_id, lot_id, currency, key, cause, from_account, to_account, amount_minor, at, recorded_at)
SELECT t.wallet_id, t.lot_id, %s, t.key, t.cause, t.from_account, t.to_account, t.amount_minor, t.at, %s
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[],
            %s::timestamptz[])
    AS t(wallet_id, lot_id, key, cause, from_account, to_account, amount_minor, at)
"""
_USABLE = "UPDATE loyalty_lot SET usable_since = usable_at WHERE id = ANY(%s) AND usable_since IS NULL"


@dataclass(frozen=True, slots=True)
class Move:
    """A posting to be made; `lot_id` None: a debt without a lot, or what was let go."""

    wallet_id: int
    lot_id: int | None
    key: str
    cause: Cause
    source: Account
    target: Account
    amount_minor: int
    at: datetime


def post(moves: Sequence[Move], *, now: datetime) -> None:
    """Write these postings, all in one statement."""
    if not moves:
        return
    columns = zip(*map(_row, moves), strict=True)
    sql.run(_POST, [POINTS, now, *map(list, columns)])


def _row(move: Move) -> tuple[object, ...]:
    accounts = (move.cause.value, move.source.value, move.target.value)
    return (move.wallet_id, move.lot_id, move.key, *accounts, move.amount_minor, move.at)


def mark_usable(lot_ids: Sequence[int]) -> None:
    """Say of lots, of which nothing is pending any more, that they can be spent."""
    if lot_ids:
        sql.run(_USABLE, [list(lot_ids)])
