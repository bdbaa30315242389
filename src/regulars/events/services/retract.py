"""Taking events out of the log again, when the import that brought them is undone."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction
from django.utils.translation import gettext as _

from regulars.events.errors import NotBackfill

# The keys say when each event was received; that leads to its partition and into the primary key.
_RECEIVED = "SELECT DISTINCT received_at FROM event_keys WHERE source = %s AND key = ANY(%s)"
_NOT_BACKFILL = """
SELECT count(*) FROM events
WHERE class = 'fact' AND received_at = ANY(%s) AND source = %s AND key = ANY(%s) AND NOT backfill
"""
_REMOVE = """
DELETE FROM events
WHERE class = 'fact' AND received_at = ANY(%s) AND source = %s AND key = ANY(%s) AND backfill
RETURNING key, profile_id, name
"""
_FORGET_KEYS = "DELETE FROM event_keys WHERE source = %s AND key = ANY(%s)"
_LOCK_COUNTS = """
SELECT 1 FROM event_counts
WHERE (profile_id, name) IN (SELECT * FROM unnest(%s::bigint[], %s::text[]))
ORDER BY profile_id, name
FOR UPDATE
"""
# Reckoned anew from what is left, which the index of the timeline finds.
_RECOUNT = """
WITH changed AS (SELECT * FROM unnest(%s::bigint[], %s::text[]) AS t(profile_id, name)),
left_over AS (
    SELECT c.profile_id, c.name, count(*) AS count,
           min(e.occurred_at) AS first_at, max(e.occurred_at) AS last_at
    FROM changed AS c JOIN events AS e USING (profile_id, name)
    GROUP BY c.profile_id, c.name
), emptied AS (
    DELETE FROM event_counts AS n USING changed AS c
    WHERE n.profile_id = c.profile_id AND n.name = c.name
      AND NOT EXISTS (SELECT 1 FROM left_over AS l WHERE l.profile_id = c.profile_id AND l.name = c.name)
)
UPDATE event_counts AS n SET first_at = l.first_at, last_at = l.last_at, count = l.count
FROM left_over AS l WHERE n.profile_id = l.profile_id AND n.name = l.name
"""


_FORGET = (
    """
    DELETE FROM event_keys AS k USING events AS e
    WHERE e.profile_id = ANY(%s) AND k.source = e.source AND k.key = e.key
    """,
    "DELETE FROM event_counts WHERE profile_id = ANY(%s)",
    "DELETE FROM event_set_aside WHERE profile_id = ANY(%s)",
    "DELETE FROM events WHERE profile_id = ANY(%s)",
)


@transaction.atomic
def forget_profiles(*, profile_ids: Sequence[int]) -> int:
    """Remove all that the log has about these profiles, as when a made-up shop is cleared; says how many.

    For profiles that are removed in the same transaction: nothing tells of them any more after that.
    """
    with connection.cursor() as cursor:
        for statement in _FORGET:
            cursor.execute(statement, [list(profile_ids)])
        return int(cursor.rowcount)


@transaction.atomic
def retract(*, source: str, keys: Sequence[str]) -> int:
    """Remove facts that were recorded as backfill, with their occasions and counts; says how many.

    Their occasions may be recorded again. What is not in the log is passed over. Lock the persons
    concerned first, in id order, as with several `record`.

    Raises NotBackfill if one of them is not backfill: it has set something off. Nothing is removed then.
    """
    if not keys:
        return 0
    wanted = sorted(set(keys))
    with connection.cursor() as cursor:
        cursor.execute(_RECEIVED, [source, wanted])
        moments = [moment for (moment,) in cursor.fetchall()]
        if not moments:
            return 0
        cursor.execute(_NOT_BACKFILL, [moments, source, wanted])
        if cursor.fetchone()[0]:
            raise NotBackfill(
                _("Something happened because of this already; it can no longer be taken back.")
            )
        cursor.execute(_REMOVE, [moments, source, wanted])
        removed = cursor.fetchall()
        cursor.execute(_FORGET_KEYS, [source, [key for key, _, _ in removed]])
        counts = sorted({(profile_id, name) for _, profile_id, name in removed if profile_id is not None})
        if counts:
            columns = [[profile_id for profile_id, _ in counts], [name for _, name in counts]]
            cursor.execute(_LOCK_COUNTS, columns)
            cursor.execute(_RECOUNT, columns)
    return len(removed)
