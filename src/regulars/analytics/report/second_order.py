"""How much of the curve of second orders is worth showing.

Its right end rests on the customers of the first few days only: few, and not like those who came later.
"""

from __future__ import annotations

from datetime import date, timedelta

from regulars.analytics.types import Audit, CurvePoint

SHARE_MIN = 0.05
"""Of all customers, so many must have been watched for as long; the curve then no longer jumps."""


def watched_days(audit: Audit) -> int:
    """The longest time for which at least SHARE_MIN of the customers have been watched.

    Counted by whole months of first orders, so that it is rather too short than too long.
    """
    needed = SHARE_MIN * audit.customers
    seen = 0
    for cohort in audit.cohorts:
        seen += cohort.size
        if seen >= needed:
            return max((audit.as_of - _next_month(cohort.month)).days, 0)
    return 0


def shown_curve(audit: Audit) -> list[CurvePoint]:
    longest = watched_days(audit)
    return [point for point in audit.second_order.curve if point.x <= longest]


def shown_within(audit: Audit) -> dict[int, float]:
    """Shares by days, the shortest first."""
    longest = watched_days(audit)
    found = {int(days): share for days, share in audit.second_order.within.items()}
    return {days: found[days] for days in sorted(found) if days <= longest}


def _next_month(month: str) -> date:
    first = date.fromisoformat(month + "-01")
    return (first + timedelta(days=31)).replace(day=1)
