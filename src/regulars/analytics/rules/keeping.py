"""Which audits are kept as time goes by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

DAILY_DAYS = 90
"""So long each day's audit is kept; of the time before, the last one of each month."""


def superfluous(days: Iterable[date], *, today: date) -> set[date]:
    """The days whose audits need not be kept any longer."""
    old = sorted(day for day in days if day < today - timedelta(days=DAILY_DAYS))
    last_of_month = {(day.year, day.month): day for day in old}
    return set(old) - set(last_of_month.values())
