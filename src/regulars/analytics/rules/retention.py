"""Windows of retention, and who is a regular."""

from __future__ import annotations

from typing import Final

REGULAR_ORDERS: Final = 4
REGULAR_REPEAT_ORDERS: Final = 2
REGULAR_DAYS: Final = 365
"""A regular has `REGULAR_ORDERS`, or `REGULAR_REPEAT_ORDERS` with `REGULAR_DAYS` from first to last."""

LONG_WINDOW: Final = 365
SHORT_WINDOW: Final = 90


def retention_window_days(span_days: int) -> int:
    """w: a year where the history holds two of them, else 90 days."""
    return LONG_WINDOW if span_days >= 2 * LONG_WINDOW else SHORT_WINDOW
