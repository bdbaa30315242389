"""Whoever is erased leaves all segments, static and frozen ones too."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from regulars.customers.services.holding import hold_persons
from regulars.kit.personal import Whom
from regulars.segments import locks
from regulars.segments.services.looking import Passed
from regulars.segments.services.telling import add_to_counts, count_up

_LEAVE = """
DELETE FROM segments_member WHERE id IN (
    SELECT id FROM segments_member WHERE person_id = ANY(%s) ORDER BY id LIMIT %s
) RETURNING segment_id, id, person_id, false
"""


@transaction.atomic
def leave_all(whom: Whom, now: datetime, limit: int) -> int:
    """Take erased persons out of at most `limit` segments; says of how many.

    No condition finds them any more (they are not in `facts_customers`), so they do not come back.
    """
    hold_persons(whom.person_ids)
    locks.while_looking()
    with connection.cursor() as cursor:
        cursor.execute(_LEAVE, [list(whom.person_ids), limit])
        left = [Passed._make(row) for row in cursor.fetchall()]
    add_to_counts(count_up(left), now=now, told=False)
    return len(left)
