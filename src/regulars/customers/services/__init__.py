"""Every write to customers."""

from __future__ import annotations

from regulars.customers.services.notes import (
    NOTE_CHARACTERS_MAX,
    delete_note,
    forget_deleted_notes,
    remove_notes,
    restore_note,
    write_note,
)
from regulars.customers.services.profiles import PROFILES_MAX, upsert_profiles
from regulars.customers.services.undo import undo_profiles

__all__ = [
    "NOTE_CHARACTERS_MAX",
    "PROFILES_MAX",
    "delete_note",
    "forget_deleted_notes",
    "remove_notes",
    "restore_note",
    "undo_profiles",
    "upsert_profiles",
    "write_note",
]
