"""How many people segments had a month ago: of all of a list in one question."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

MONTH = timedelta(days=30)
# Of each segment the last day that ended before the month began, or its first day where it is younger.
_BEFORE = """
SELECT DISTINCT ON (segment_id) segment_id, day, members FROM segments_day
WHERE segment_id = ANY(%(ids)s)
ORDER BY segment_id, (day >= %(begin)s), abs(day - %(begin)s)
"""


@dataclass(frozen=True)
class Before:
    """How many there were at the end of a day, the one from which a month is counted or the first of all."""

    day: date
    members: int


def a_month_ago(segment_ids: Collection[int], today: date) -> dict[int, Before]:
    """Of each segment how many were in it 30 days ago, or at its beginning where that is later."""
    if not segment_ids:
        return {}
    with connection.cursor() as cursor:
        # A day's count is that of its end: "30 days ago" is the end of the day before the month.
        cursor.execute(_BEFORE, {"ids": list(segment_ids), "begin": today - MONTH + timedelta(days=1)})
        return {id_: Before(day, members) for id_, day, members in cursor.fetchall()}
