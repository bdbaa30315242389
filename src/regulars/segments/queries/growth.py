"""How a segment grew, and who came and went lately."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from regulars.segments.models import SegmentDay
from regulars.segments.types import SEGMENT_ENTERED, SEGMENT_LEFT, DayCount, Passage

DAYS_MAX = 3_660
PASSAGES_SCAN = 20_000
"""So many of the last passages through all segments are looked through for those of one."""

_PASSAGES = """
SELECT p.person_id, e.occurred_at, e.name = %(entered)s
FROM (
    (SELECT name, profile_id, occurred_at, id, properties FROM events
     WHERE name = %(entered)s AND occurred_at > %(since)s AND NOT backfill
     ORDER BY occurred_at DESC LIMIT %(scan)s)
    UNION ALL
    (SELECT name, profile_id, occurred_at, id, properties FROM events
     WHERE name = %(left)s AND occurred_at > %(since)s AND NOT backfill
     ORDER BY occurred_at DESC LIMIT %(scan)s)
) AS e
JOIN facts_profiles AS p USING (profile_id)
WHERE (e.properties ->> 'segment_id')::bigint = %(segment)s
ORDER BY e.occurred_at DESC, e.id DESC LIMIT %(limit)s
"""


def days(segment_id: int, *, first: date, last: date) -> list[DayCount]:
    """Each day from `first` to `last` since there are numbers: how many there were at its end.

    A day on which nothing changed has the number of the day before.
    """
    rows = SegmentDay.objects.filter(segment_id=segment_id, day__lte=last)
    before = rows.filter(day__lt=first).order_by("-day").values_list("members", flat=True).first()
    stored = {row.day: row for row in rows.filter(day__gte=first)}
    members, found = before, []
    for n in range(min((last - first).days + 1, DAYS_MAX)):
        day = first + timedelta(days=n)
        row = stored.get(day)
        members = row.members if row else members
        if members is not None:
            found.append(DayCount(day, members, row.entered if row else 0, row.left if row else 0))
    return found


def passages(segment_id: int, *, since: datetime, limit: int) -> list[Passage]:
    """Who entered and left since a moment, the latest first, as far as these were told of."""
    values: dict[str, Any] = {
        "entered": SEGMENT_ENTERED.name,
        "left": SEGMENT_LEFT.name,
        "since": since,
        "scan": PASSAGES_SCAN,
        "segment": segment_id,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PASSAGES, values)
        return [Passage(*row) for row in cursor.fetchall()]
