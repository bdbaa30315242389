"""Bringing what challenges gave to what stands, many customers at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from regulars.loyalty.types import OrderTold


def count_orders(*, told: Sequence[OrderTold], now: datetime, as_of: datetime | None = None) -> None:
    """Count these orders, as they stand, for the challenges that ask for orders; give and take back by it.

    As `settle_orders`: repeating it changes nothing, and the order in which they are told does not matter.
    """
