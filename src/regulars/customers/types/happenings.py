"""What the log hears of customers."""

from __future__ import annotations

from regulars.events.types import EventType

PROFILE_CREATED = EventType("profile_created")
NOTE_ADDED = EventType("note_added")
TRAITS_CHANGED = EventType("traits_changed")
IDENTITY_ADDED = EventType("identity_added")
IDENTITY_REMOVED = EventType("identity_removed")
CONSENT_GIVEN = EventType("consent_given")
CONSENT_WITHDRAWN = EventType("consent_withdrawn")
ANONYMOUS_LINKED = EventType("anonymous_linked")
ANONYMOUS_CLAIM_REFUSED = EventType("anonymous_claim_refused")
"""A device that is known to be somebody's was used by somebody else."""
CUSTOMERS_MERGED = EventType("customers_merged")
CUSTOMERS_UNMERGED = EventType("customers_unmerged")
MANAGER_CHANGED = EventType("manager_changed")

EVENT_TYPES = (
    PROFILE_CREATED,
    NOTE_ADDED,
    TRAITS_CHANGED,
    IDENTITY_ADDED,
    IDENTITY_REMOVED,
    CONSENT_GIVEN,
    CONSENT_WITHDRAWN,
    ANONYMOUS_LINKED,
    ANONYMOUS_CLAIM_REFUSED,
    CUSTOMERS_MERGED,
    CUSTOMERS_UNMERGED,
    MANAGER_CHANGED,
)
