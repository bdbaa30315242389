"""Reading what colleagues wrote about customers."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.customers.models import Note
from regulars.customers.types import NoteRow

NOTES_MAX = 200
"""Most notes of a person shown at once; a page with more would not be read."""


def notes_of(person_id: int, *, limit: int = NOTES_MAX) -> list[NoteRow]:
    """The notes about a person that are not deleted, the newest first."""
    rows = Note.objects.filter(profile__person_id=person_id, deleted_at=None).order_by("-written_at", "-id")
    return [
        NoteRow(*row)
        for row in rows.values_list("id", "profile_id", "author_id", "text", "written_at")[:limit]
    ]


def count_notes(profile_ids: Sequence[int]) -> int:
    """How many notes that are not deleted there are about these profiles."""
    return Note.objects.filter(profile_id__in=profile_ids, deleted_at=None).count()
