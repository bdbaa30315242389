"""Reading customers."""

from __future__ import annotations

from regulars.customers.queries.notes import count_notes, notes_of
from regulars.customers.queries.people import (
    any_customers,
    by_name,
    contacts,
    person,
    person_names,
    profile_ids,
    shop_numbers,
)
from regulars.customers.queries.searching import search

__all__ = [
    "any_customers",
    "by_name",
    "contacts",
    "count_notes",
    "notes_of",
    "person",
    "person_names",
    "profile_ids",
    "search",
    "shop_numbers",
]
