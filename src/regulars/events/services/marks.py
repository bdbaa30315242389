"""Marks of what changed, for those who keep something beside the rows: the lake, figures per customer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import connection

_TOUCH_MONTHS = """
INSERT INTO touched_months (lake_table, month)
SELECT * FROM unnest(%s::text[], %s::date[]) AS t(lake_table, month)
"""
_TOUCH_PROFILES = "INSERT INTO touched_profiles (profile_id) SELECT * FROM unnest(%s::bigint[])"


def touch(*, months: Iterable[tuple[str, date]] = (), profiles: Iterable[int] = ()) -> None:
    """Mark what the caller changed, in its transaction: (lake table, a day of the month) and profiles.

    The month is that of UTC of the moment the changed row tells of. Lake tables that are not split by
    months are marked with `types.WHOLE`.
    """
    marks = sorted({(table, day.replace(day=1)) for table, day in months})
    with connection.cursor() as cursor:
        if marks:
            cursor.execute(_TOUCH_MONTHS, [[table for table, _ in marks], [month for _, month in marks]])
        if touched := sorted(set(profiles)):
            cursor.execute(_TOUCH_PROFILES, [touched])


def forget_touched(*, months: Sequence[int] = (), profiles: Sequence[int] = ()) -> None:
    """Remove marks, by their own ids, that were seen to; those made meanwhile stay."""
    with connection.cursor() as cursor:
        if months:
            cursor.execute("DELETE FROM touched_months WHERE id = ANY(%s)", [list(months)])
        if profiles:
            cursor.execute("DELETE FROM touched_profiles WHERE id = ANY(%s)", [list(profiles)])
