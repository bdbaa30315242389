"""Of whom something else is known since somebody last looked."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

from regulars.analytics.models import FiguresMark

_CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class ChangedPersons:
    """Marks that were read, by their own ids, and their persons.

    `figures`: whose figures are others; `more`: of whom other things may be, or who are no more.
    """

    mark_ids: array[int] = field(default_factory=lambda: array("q"))
    figures: set[int] = field(default_factory=set)
    more: set[int] = field(default_factory=set)


def changed_persons(limit: int) -> ChangedPersons:
    """Marks to be seen to, the oldest first.

    Read the marks first and the rows after that, then forget exactly these marks.
    """
    found = ChangedPersons()
    rows = FiguresMark.objects.order_by("id").values_list("id", "person_id", "is_more")[:limit]
    for id_, person_id, is_more in rows.iterator(_CHUNK):
        found.mark_ids.append(id_)
        (found.more if is_more else found.figures).add(person_id)
    return found
