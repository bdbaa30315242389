"""Writing about customers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from regulars.customers.errors import BadNote
from regulars.customers.models import Note
from regulars.customers.types import NOTE_ADDED
from regulars.events import services as events
from regulars.events.types import NewEvent

NOTE_CHARACTERS_MAX = 5_000
"""Two pages of a letter: more is a document, not a note."""
_FORGET = """
DELETE FROM customers_note WHERE id IN (
    SELECT id FROM customers_note WHERE deleted_at < %s ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
)
"""


@transaction.atomic
def write_note(
    *, profile_id: int, author_id: int | None, text: str, now: datetime, backfill: bool = False
) -> int:
    """Keep a note about a customer; gives its id. Records `note_added`, without the text.

    `author_id` is a user's id; None: nobody in person, as in a made-up shop.

    Raises BadNote for a text that is empty or too long.
    """
    text = text.strip().replace("\x00", "")
    if not text:
        raise BadNote(_("The note is empty. Write something, or leave it."))
    if len(text) > NOTE_CHARACTERS_MAX:
        raise BadNote(
            _("The note is too long: it has %(length)s characters, the most is %(most)s. Shorten it.")
            % {"length": len(text), "most": NOTE_CHARACTERS_MAX}
        )
    note = Note.objects.create(profile_id=profile_id, author_id=author_id, text=text, written_at=now)
    event = NewEvent(
        type=NOTE_ADDED,
        source="customers",
        key=f"note_added:{note.pk}",
        occurred_at=now,
        profile_id=profile_id,
        properties={"note_id": note.pk},
    )
    events.record([event], now=now, backfill=backfill)
    return note.pk


def delete_note(*, note_id: int, author_id: int, now: datetime) -> bool:
    """Take one's own note away; False if it is gone already or somebody else's. `restore_note` undoes it."""
    notes = Note.objects.filter(pk=note_id, author_id=author_id, deleted_at=None)
    return notes.update(deleted_at=now) == 1


def restore_note(*, note_id: int, author_id: int) -> bool:
    """Bring one's own deleted note back; False if there is none."""
    notes = Note.objects.filter(pk=note_id, author_id=author_id, deleted_at__isnull=False)
    return notes.update(deleted_at=None) == 1


@transaction.atomic
def forget_deleted_notes(*, before: datetime, limit: int) -> int:
    """Remove for good at most `limit` of the notes that were deleted earlier than that; says how many."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [before, limit])
        return int(cursor.rowcount)


@transaction.atomic
def remove_notes(*, profile_ids: Sequence[int]) -> int:
    """Remove all notes about these profiles for good, as when a made-up shop is cleared; says how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM customers_note WHERE profile_id = ANY(%s)", [list(profile_ids)])
        return int(cursor.rowcount)
