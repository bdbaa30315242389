"""What customers may still spend, by age, and what became of what was earned in each month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from regulars.kit import sql
from regulars.loyalty.types import POINTS
from regulars.loyalty.types.breakage import Cohort

YEARS_MAX = 20
"""What was earned longer ago counts with the first month of these."""
# Nearly always there is but one currency: asking for wallets of others, of which there are none, is several
# times quicker than a join of each lot with its wallet.
_OF_CURRENCY = "l.wallet_id NOT IN (SELECT id FROM loyalty_wallet WHERE currency <> %(currency)s)"
_OPEN = f"""
SELECT width_bucket(l.earned_at, %(earned)s::timestamptz[]),
       CASE WHEN l.expires_at IS NULL THEN NULL
            ELSE width_bucket(l.expires_at, %(expires)s::timestamptz[]) END,
       sum(CASE WHEN l.expires_at <= %(at)s THEN 0 ELSE l.pending_minor END)::bigint,
       sum(CASE WHEN l.expires_at <= %(at)s THEN 0 ELSE l.available_minor END)::bigint,
       sum(l.held_minor)::bigint
FROM loyalty_lot AS l WHERE l.open AND {_OF_CURRENCY}
GROUP BY 1, 2
"""  # noqa: S608 (our own words)
_OWED = (
    "SELECT coalesce(-sum(debt_minor), 0)::bigint FROM loyalty_wallet WHERE currency = %s AND debt_minor < 0"
)
# Not known when it expires, for the order has not arrived: it will expire, unlike what never does.
_COHORTS = f"""
SELECT greatest(width_bucket(l.earned_at, %(months)s::timestamptz[]), 1),
       l.expires_at IS NULL AND l.usable_at IS NOT NULL,
       count(*), sum(l.got_minor)::bigint, sum(l.expired_minor)::bigint,
       sum(l.pending_minor + l.available_minor + l.held_minor)::bigint
FROM loyalty_lot AS l WHERE l.got_minor > 0 AND {_OF_CURRENCY}
GROUP BY 1, 2
"""  # noqa: S608 (our own words)


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
    return [Open(*row) for row in sql.rows(_OPEN, values)]


def owed_minor() -> int:
    """What customers owe, all together: points of orders given back that were spent already."""
    return int(sql.value(_OWED, [POINTS]))


def cohorts(*, at: datetime, zone: str) -> list[Cohort]:
    """What became by now of the points earned in each month of the calendar of `zone`, the oldest first."""
    days = _months(at.astimezone(ZoneInfo(zone)).date())
    months = [datetime.combine(day, time(), tzinfo=ZoneInfo(zone)) for day in days]
    found = [
        Cohort(days[number - 1], *row)
        for number, *row in sql.rows(_COHORTS, {"months": months, "currency": POINTS})
    ]
    return sorted(found, key=lambda cohort: (cohort.month, cohort.never))


def _months(until: date) -> list[date]:
    """The first days of the months of `YEARS_MAX` years, that of the day included."""
    last = until.year * 12 + until.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(last - YEARS_MAX * 12 + 1, last + 1)]
