"""Words of loyalty, and what its services take and give."""

from __future__ import annotations

from regulars.commerce.types import OrderTold
from regulars.loyalty.types.accounts import MINOR, OF_LOTS, POINTS, SOURCES, Account, Cause
from regulars.loyalty.types.adjusting import AdjustmentLimits, AdjustmentRow, AdjustmentState
from regulars.loyalty.types.checking import Check, Checked, Finding, FindingKind
from regulars.loyalty.types.events import EVENT_TYPES, SOURCE
from regulars.loyalty.types.grants import Granted, GrantState, Mechanic, NewGrant
from regulars.loyalty.types.holds import Balance, Hold, HoldState, NewHold
from regulars.loyalty.types.journal import (
    Doing,
    Done,
    Entry,
    EntryKind,
    EntryReason,
    EntryState,
    JournalRow,
    NewEntry,
    StoredEntries,
)
from regulars.loyalty.types.lots import GiveBack, Settled, Wanted
from regulars.loyalty.types.programme import Lifetime, Programme, Version
from regulars.loyalty.types.standing import TierStanding
from regulars.loyalty.types.statement import StatementLine

__all__ = [
    "EVENT_TYPES",
    "MINOR",
    "OF_LOTS",
    "POINTS",
    "SOURCE",
    "SOURCES",
    "Account",
    "AdjustmentLimits",
    "AdjustmentRow",
    "AdjustmentState",
    "Balance",
    "Cause",
    "Check",
    "Checked",
    "Doing",
    "Done",
    "Entry",
    "EntryKind",
    "EntryReason",
    "EntryState",
    "Finding",
    "FindingKind",
    "GiveBack",
    "GrantState",
    "Granted",
    "Hold",
    "HoldState",
    "JournalRow",
    "Lifetime",
    "Mechanic",
    "NewEntry",
    "NewGrant",
    "NewHold",
    "OrderTold",
    "Programme",
    "Settled",
    "StatementLine",
    "StoredEntries",
    "TierStanding",
    "Version",
    "Wanted",
]
