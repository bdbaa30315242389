"""Marks of persons of whom something else is known now, for those who keep something beside the figures."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction

from regulars.events import services as events

_HAND_ON = """
INSERT INTO analytics_figuresmark (person_id, is_more)
SELECT DISTINCT p.person_id, true
FROM touched_profiles AS t JOIN facts_profiles AS p USING (profile_id) WHERE t.id = ANY(%s)
"""


@transaction.atomic
def see_to_touched(mark_ids: Sequence[int]) -> None:
    """Forget marks of profiles whose figures are right again, and mark their persons for who comes next.

    So whoever changes rows without telling the log of it, as an import that is undone, is heard of too.
    """
    with events.only_backfill(), connection.cursor() as cursor:
        cursor.execute(_HAND_ON, [list(mark_ids)])
        events.forget_touched(profiles=mark_ids)


def forget_changed(mark_ids: Sequence[int]) -> None:
    """Remove marks of persons, by their own ids, that were seen to; those made meanwhile stay."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM analytics_figuresmark WHERE id = ANY(%s)", [list(mark_ids)])
