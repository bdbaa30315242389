"""Storing money given back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from regulars.commerce.types import NewCredit, RecordedCredits


def record_credits(*, credits: Sequence[NewCredit], now: datetime, backfill: bool = False) -> RecordedCredits:
    raise NotImplementedError
