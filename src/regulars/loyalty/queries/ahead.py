"""What somebody has of the programme, and what is ahead of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from regulars.loyalty.queries.challenges import badges_of, progress_of
from regulars.loyalty.queries.days_overview import days_of
from regulars.loyalty.queries.grants import held_by
from regulars.loyalty.queries.lots import zones_of
from regulars.loyalty.queries.programme import current
from regulars.loyalty.queries.tiers import tiers_of
from regulars.loyalty.types.ahead import Ahead
from regulars.loyalty.types.benefits import TaskGiven
from regulars.offers import queries as offers

GIFTS_MAX = 20
"""Nobody carries more home at once."""


def ahead_of(*, person_id: int, profile_id: int, at: datetime) -> Ahead:
    """All of it at a moment; `profile_id`: one of the person's, by whose calendar days end.

    What was given stays theirs also where the programme has none of it any more, or was stopped.
    """
    version = current(at)
    programme = version.programme if version and version.programme.running else None
    held = held_by(person_id, at=at, limit=GIFTS_MAX)
    standing = tiers_of(person_ids=[person_id], at=at)[person_id]
    return Ahead(
        programme=programme,
        standing=standing,
        last_day=_last_day(standing.ends_at, profile_id),
        progress=progress_of(person_id=person_id, at=at) if programme and programme.challenges else (),
        days=days_of(person_id=person_id, now=at) if programme and programme.personal_days else (),
        gifts=[one for one in held if not isinstance(one.benefit, TaskGiven)],
        promised=[one for one in held if isinstance(one.benefit, TaskGiven)],
        coupons=offers.coupons_of(person_id, at=at),
        badges=badges_of(person_id=person_id),
    )


def _last_day(ends_at: datetime | None, profile_id: int) -> date | None:
    if ends_at is None:
        return None
    zone = zones_of(profile_ids=[profile_id])[profile_id]
    return (ends_at - timedelta(microseconds=1)).astimezone(zone).date()
