"""What proving the books finds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FindingKind(StrEnum):
    """What does not agree; stored with each check, so a name stays."""

    WALLET = "wallet"
    """An account of a wallet is not the sum of its postings."""
    LOT = "lot"
    """A balance of a lot is not the sum of its postings."""
    LOT_STATE = "lot_state"
    """A lot was drawn on before it became usable, or expired without a day to expire on."""
    HOLD_HELD = "hold_held"
    """An open hold does not hold what it says, or a closed one holds something."""
    HOLD_SPENT = "hold_spent"
    """What a hold spent, less what came back, is not what its postings spent."""
    LOOSE = "loose"
    """Points of a customer were moved without a lot, or held without a hold."""
    NO_WALLET = "no_wallet"
    """Postings name a wallet that is not there, or is in another currency."""
    NO_LOT = "no_lot"
    """Postings name a lot that is not there, or is another wallet's."""
    NO_HOLD = "no_hold"
    """Postings name a hold that is not there."""
    TOTAL = "total"
    """All accounts together do not come to zero."""
    EARNED = "earned"
    """What orders and the like have earned by the last telling is not what the programme has given out."""
    GUARD = "guard"
    """The trigger that keeps the balances, or the one that refuses changes, is missing or switched off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that does not agree. `wording.finding_sentence` says it.

    `id`: of the wallet, lot or hold that `kind` names (of a wallet for LOOSE, 0 for TOTAL, EARNED, GUARD).
    `name`: the account or column, the currency of TOTAL and EARNED, the trigger of GUARD. `kept_minor` is
    what the row says, `proved_minor` what the postings say.
    """

    kind: FindingKind
    id: int
    name: str = ""
    kept_minor: int = 0
    proved_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was gone through, all of one moment, and what did not agree; `more`: there is more than that."""

    postings: int
    wallets: int
    lots: int
    holds: int
    findings: tuple[Finding, ...] = ()
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """That the books were proved at a moment, and what was found (the first of it)."""

    id: int
    at: datetime
    postings: int
    findings: tuple[Finding, ...]
