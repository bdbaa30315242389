"""What customers may still spend, by age, and what became of what was earned in each month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from regulars.loyalty.types import POINTS
from regulars.loyalty.types.breakage import Cohort

_OPEN = """
SELECT width_bucket(l.earned_at, %(earned)s::timestamptz[]),
       CASE WHEN l.expires_at IS NULL THEN NULL
            ELSE width_bucket(l.expires_at, %(expires)s::timestamptz[]) END,
       sum(CASE WHEN l.expires_at <= %(at)s THEN 0 ELSE l.pending_minor END)::bigint,
       sum(CASE WHEN l.expires_at <= %(at)s THEN 0 ELSE l.available_minor END)::bigint,
       sum(l.held_minor)::bigint
FROM loyalty_lot AS l JOIN loyalty_wallet AS w ON w.id = l.wallet_id
WHERE l.open AND w.currency = %(currency)s
GROUP BY 1, 2 ORDER BY 1, 2
"""
_OWED = (
    "SELECT coalesce(-sum(debt_minor), 0)::bigint FROM loyalty_wallet WHERE currency = %s AND debt_minor < 0"
)
# Not known when it expires, for the order has not arrived: it will expire, unlike what never does.
_COHORTS = """
SELECT date_trunc('month', l.earned_at AT TIME ZONE %(zone)s)::date,
       l.expires_at IS NULL AND l.usable_at IS NOT NULL,
       count(*), sum(l.got_minor)::bigint, sum(l.expired_minor)::bigint,
       sum(l.pending_minor + l.available_minor + l.held_minor)::bigint
FROM loyalty_lot AS l JOIN loyalty_wallet AS w ON w.id = l.wallet_id
WHERE w.currency = %(currency)s AND l.got_minor > 0
GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Open:
    """Points of one age that are still there. `earned` and `expires`: how many of the moments asked with lie
    at or before that of the lot (`expires` None: never, or not known yet)."""

    earned: int
    expires: int | None
    pending_minor: int
    available_minor: int
    held_minor: int

    @property
    def points_minor(self) -> int:
        return self.pending_minor + self.available_minor + self.held_minor


def open_points(*, at: datetime, earned: Sequence[datetime], expires: Sequence[datetime]) -> list[Open]:
    """What can still be spent at `at`, split by when it was earned and when it expires.

    `earned` and `expires`: moments, ascending, between which is split. What has expired and waits for the
    minute's run counts no more.
    """
    values: dict[str, Any] = {"at": at, "earned": list(earned), "expires": list(expires), "currency": POINTS}
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, values)
        return [Open(*row) for row in cursor.fetchall()]


def owed_minor() -> int:
    """What customers owe, all together: points of orders given back that were spent already."""
    with connection.cursor() as cursor:
        cursor.execute(_OWED, [POINTS])
        return int(cursor.fetchone()[0])


def cohorts(*, zone: str) -> list[Cohort]:
    """What became of the points earned in each month of the calendar of `zone`, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_COHORTS, {"zone": zone, "currency": POINTS})
        rows: list[tuple[date, bool, int, int, int, int]] = cursor.fetchall()
    return [Cohort(*row) for row in rows]
