"""Reading customers."""

from __future__ import annotations

from regulars.customers.queries.consents import HISTORY_MAX, consent_history, consents_of
from regulars.customers.queries.details import (
    PAGE_MAX,
    profile,
    profiles,
    profiles_by_identity,
    profiles_page,
)
from regulars.customers.queries.notes import count_notes, notes_of
from regulars.customers.queries.people import (
    any_customers,
    contacts,
    person,
    person_names,
    profile_ids,
    shop_numbers,
)
from regulars.customers.queries.searching import search
from regulars.customers.queries.traits import traits_of

__all__ = [
    "HISTORY_MAX",
    "PAGE_MAX",
    "any_customers",
    "consent_history",
    "consents_of",
    "contacts",
    "count_notes",
    "notes_of",
    "person",
    "person_names",
    "profile",
    "profile_ids",
    "profiles",
    "profiles_by_identity",
    "profiles_page",
    "search",
    "shop_numbers",
    "traits_of",
]
