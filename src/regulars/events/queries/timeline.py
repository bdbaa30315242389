"""What happened to customers, newest first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from regulars.events.types import TimelineEvent

TIMELINE_MAX = 200
"""Most lines of a timeline read at once: more than a page shows before one asks for the next."""

# Each profile's newest are read in order from the index and then merged; `profile_id = ANY` would read
# a customer's whole history to sort it.
_TIMELINE = """
SELECT e.id, e.name, e.occurred_at, e.profile_id, e.properties::text
FROM unnest(%s::bigint[]) AS p(profile_id)
CROSS JOIN LATERAL (
    SELECT id, name, occurred_at, profile_id, properties FROM events
    WHERE events.profile_id = p.profile_id
      AND (%s::timestamptz IS NULL OR (occurred_at, id) < (%s::timestamptz, %s::bigint))
    ORDER BY occurred_at DESC, id DESC
    LIMIT %s
) AS e
ORDER BY e.occurred_at DESC, e.id DESC
LIMIT %s
"""


def timeline(
    profile_ids: Sequence[int], *, limit: int, before: tuple[datetime, int] | None = None
) -> list[TimelineEvent]:
    """What happened to these profiles, newest first, at most `limit` (up to TIMELINE_MAX).

    `before` is the (occurred_at, id) of the last line of the page above.
    """
    moment, above = before or (None, None)
    limit = min(limit, TIMELINE_MAX)
    with connection.cursor() as cursor:
        cursor.execute(_TIMELINE, [list(profile_ids), moment, moment, above, limit, limit])
        return [
            TimelineEvent(id_, name, occurred_at, profile_id, json.loads(properties))
            for id_, name, occurred_at, profile_id, properties in cursor.fetchall()
        ]
