"""The tables of loyalty."""

from __future__ import annotations

from regulars.loyalty.models.books import (
    Adjustment,
    Hold,
    LedgerCheck,
    Lot,
    Posting,
    ProgrammeVersion,
    Wallet,
)
from regulars.loyalty.models.challenges import ChallengeProgress, ChallengeReached, Stamp
from regulars.loyalty.models.drafts import ProgrammeDraft
from regulars.loyalty.models.earning import EarnedOrder, UnearnedOrder
from regulars.loyalty.models.referring import DayTurn, FriendReferral, ReferralCode
from regulars.loyalty.models.rewards import Grant, Reward, RewardOrder
from regulars.loyalty.models.tiers import TierHeld, TierStanding, TierSweep
from regulars.loyalty.models.tills import Journal, JournalEntry, SpendingCode, UsedQr
from regulars.loyalty.models.year import YearReplay

__all__ = [
    "Adjustment",
    "ChallengeProgress",
    "ChallengeReached",
    "DayTurn",
    "EarnedOrder",
    "FriendReferral",
    "Grant",
    "Hold",
    "Journal",
    "JournalEntry",
    "LedgerCheck",
    "Lot",
    "Posting",
    "ProgrammeDraft",
    "ProgrammeVersion",
    "ReferralCode",
    "Reward",
    "RewardOrder",
    "SpendingCode",
    "Stamp",
    "TierHeld",
    "TierStanding",
    "TierSweep",
    "UnearnedOrder",
    "UsedQr",
    "Wallet",
    "YearReplay",
]
