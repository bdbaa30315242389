"""Every write to customers."""

from __future__ import annotations

from regulars.customers.services.consents import record_consents, remove_consents
from regulars.customers.services.creating import PROFILES_MAX, find_or_create_profiles
from regulars.customers.services.identities import IDENTITIES_MAX, add_identities, remove_identities
from regulars.customers.services.links import link_anonymous
from regulars.customers.services.notes import (
    NOTE_CHARACTERS_MAX,
    delete_note,
    forget_deleted_notes,
    remove_notes,
    restore_note,
    write_note,
)
from regulars.customers.services.profiles import upsert_profiles
from regulars.customers.services.traits import remove_traits, set_traits
from regulars.customers.services.undo import undo_profiles

__all__ = [
    "IDENTITIES_MAX",
    "NOTE_CHARACTERS_MAX",
    "PROFILES_MAX",
    "add_identities",
    "delete_note",
    "find_or_create_profiles",
    "forget_deleted_notes",
    "link_anonymous",
    "record_consents",
    "remove_consents",
    "remove_identities",
    "remove_notes",
    "remove_traits",
    "restore_note",
    "set_traits",
    "undo_profiles",
    "upsert_profiles",
    "write_note",
]
