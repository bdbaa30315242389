"""The tables of loyalty."""

from __future__ import annotations

from regulars.loyalty.models.books import (
    Adjustment,
    Hold,
    Journal,
    JournalEntry,
    LedgerCheck,
    Lot,
    Posting,
    ProgrammeVersion,
    SpendingCode,
    UnearnedOrder,
    UsedQr,
    Wallet,
)
from regulars.loyalty.models.drafts import ProgrammeDraft
from regulars.loyalty.models.rewards import Grant, Reward, RewardOrder
from regulars.loyalty.models.year import YearReplay

__all__ = [
    "Adjustment",
    "Grant",
    "Hold",
    "Journal",
    "JournalEntry",
    "LedgerCheck",
    "Lot",
    "Posting",
    "ProgrammeDraft",
    "ProgrammeVersion",
    "Reward",
    "RewardOrder",
    "SpendingCode",
    "UnearnedOrder",
    "UsedQr",
    "Wallet",
    "YearReplay",
]
