"""Marks of persons of whom something else is known now, for those who keep something beside the figures."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction

from regulars.events import services as events

# No join with the marks: where the server has looked at both tables while an import was filling them, it
# takes them for empty, and goes through all of one for each row of the other.
_HAND_ON = """
INSERT INTO analytics_figuresmark (person_id, is_more)
SELECT DISTINCT person_id, true FROM facts_profiles WHERE profile_id = ANY(%s)
"""


@transaction.atomic
def see_to_touched(marks: Sequence[tuple[int, int]]) -> None:
    """Forget marks of profiles whose figures are right again, and mark their persons for who comes next.

    They come as `events.queries.touched_profiles` gives them: (id, profile id).
    So whoever changes rows without telling the log of it, as an import that is undone, is heard of too.
    """
    with events.only_backfill(), connection.cursor() as cursor:
        cursor.execute(_HAND_ON, [sorted({profile for _id, profile in marks})])
        events.forget_touched(profiles=[id_ for id_, _profile in marks])


def forget_changed(mark_ids: Sequence[int]) -> None:
    """Remove marks of persons, by their own ids, that were seen to; those made meanwhile stay."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM analytics_figuresmark WHERE id = ANY(%s)", [list(mark_ids)])
