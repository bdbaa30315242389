"""Taking back what an import did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from regulars.commerce.types import CreditChange, OrderChange, SourceKey, Undone, UndoneOrders


def undo_orders(*, changes: Sequence[OrderChange], now: datetime) -> UndoneOrders:
    raise NotImplementedError


def undo_credits(*, changes: Sequence[CreditChange], now: datetime) -> Undone[SourceKey]:
    raise NotImplementedError
