"""Every write to customers."""

from __future__ import annotations

from regulars.customers.services.apart import not_the_same, perhaps_the_same
from regulars.customers.services.attributes import set_attribute
from regulars.customers.services.consents import record_consents, remove_consents
from regulars.customers.services.creating import PROFILES_MAX, find_or_create_profiles
from regulars.customers.services.definitions import (
    archive_attribute,
    change_attribute,
    define_attribute,
    restore_attribute,
)
from regulars.customers.services.deriving import derive_portion
from regulars.customers.services.erasing import ERASE, erase, go_on_erasing
from regulars.customers.services.identities import IDENTITIES_MAX, add_identities, remove_identities
from regulars.customers.services.joining import PAIRS_MAX
from regulars.customers.services.likeness import ask_for_duplicates, look_for_duplicates
from regulars.customers.services.links import link_anonymous
from regulars.customers.services.looking_after import set_manager
from regulars.customers.services.merge_rules import block, set_merge_rule, unblock
from regulars.customers.services.merging import merge
from regulars.customers.services.merging_by_rule import merge_portion, merge_those_who_share
from regulars.customers.services.notes import (
    NOTE_CHARACTERS_MAX,
    delete_note,
    forget_deleted_notes,
    remove_notes,
    restore_note,
    write_note,
)
from regulars.customers.services.profiles import upsert_profiles
from regulars.customers.services.renewing import renew_numbers
from regulars.customers.services.traits import remove_traits, set_traits
from regulars.customers.services.undo import undo_profiles
from regulars.customers.services.unmerging import unmerge

__all__ = [
    "ERASE",
    "IDENTITIES_MAX",
    "NOTE_CHARACTERS_MAX",
    "PAIRS_MAX",
    "PROFILES_MAX",
    "add_identities",
    "archive_attribute",
    "ask_for_duplicates",
    "block",
    "change_attribute",
    "define_attribute",
    "delete_note",
    "derive_portion",
    "erase",
    "find_or_create_profiles",
    "forget_deleted_notes",
    "go_on_erasing",
    "link_anonymous",
    "look_for_duplicates",
    "merge",
    "merge_portion",
    "merge_those_who_share",
    "not_the_same",
    "perhaps_the_same",
    "record_consents",
    "remove_consents",
    "remove_identities",
    "remove_notes",
    "remove_traits",
    "renew_numbers",
    "restore_attribute",
    "restore_note",
    "set_attribute",
    "set_manager",
    "set_merge_rule",
    "set_traits",
    "unblock",
    "undo_profiles",
    "unmerge",
    "upsert_profiles",
    "write_note",
]
