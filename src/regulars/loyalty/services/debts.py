"""Points that become usable in a wallet that owes pay that first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from regulars.loyalty.queries.lots import debts
from regulars.loyalty.services.posting import Move, post
from regulars.loyalty.types import Account, Cause


def pay_debts(became_usable: Sequence[Move], *, now: datetime) -> None:
    """Pay what is owed out of what these postings have just made available, in their order."""
    owed = debts({move.wallet_id for move in became_usable}) if became_usable else {}
    moves = []
    for move in became_usable:
        if paid := min(owed.get(move.wallet_id, 0), move.amount_minor):
            owed[move.wallet_id] -= paid
            why, source, target = Cause.PAID_OFF, Account.AVAILABLE, Account.DEBT
            key = f"{move.key}:{why}"
            moves.append(Move(move.wallet_id, move.lot_id, key, why, source, target, paid, move.at))
    post(moves, now=now)
