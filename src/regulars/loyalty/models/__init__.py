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

__all__ = [
    "Adjustment",
    "Hold",
    "Journal",
    "JournalEntry",
    "LedgerCheck",
    "Lot",
    "Posting",
    "ProgrammeDraft",
    "ProgrammeVersion",
    "SpendingCode",
    "UnearnedOrder",
    "UsedQr",
    "Wallet",
]
