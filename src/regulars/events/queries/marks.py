"""Marks of what changed and has to be seen to."""

from __future__ import annotations

from datetime import date

from regulars.events.models import TouchedMonth, TouchedProfile


def touched_months(limit: int) -> list[tuple[int, str, date]]:
    """Marks (id, lake table, first day of the month) to be seen to, oldest first.

    A month may come many times. Read the marks first and the data after that, in a snapshot that is not
    older; then forget exactly these marks. So a change that comes in between leaves a mark of its own.
    """
    return list(TouchedMonth.objects.order_by("id").values_list("id", "lake_table", "month")[:limit])


def touched_profiles(limit: int) -> list[tuple[int, int]]:
    """Marks (id, profile id) to be seen to, oldest first; see `touched_months`."""
    return list(TouchedProfile.objects.order_by("id").values_list("id", "profile_id")[:limit])
