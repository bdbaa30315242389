"""Whose figures are others since somebody last looked."""

from __future__ import annotations

from typing import NamedTuple

from regulars.analytics.models import FiguresMark


class ChangedPerson(NamedTuple):
    """A mark, by its own id; `is_more`: perhaps not only figures are others."""

    id: int
    person_id: int
    is_more: bool


def changed_persons(limit: int) -> list[ChangedPerson]:
    """Marks to be seen to, oldest first; a person may come many times.

    Read the marks first and the rows after that, then forget exactly these marks.
    """
    rows = FiguresMark.objects.order_by("id").values_list("id", "person_id", "is_more")
    return [ChangedPerson(*row) for row in rows[:limit]]
