"""Reading customers."""

from __future__ import annotations

from regulars.customers.queries.attribute_samples import (
    known_of_the_newest,
    misfit_examples,
    unread_traits,
)
from regulars.customers.queries.attributes import (
    attributes_of_person,
    attributes_progress,
    choices_of,
    definition,
    definitions,
    misfits,
    usual_attributes,
)
from regulars.customers.queries.comparing import compare
from regulars.customers.queries.consents import HISTORY_MAX, consent_history, consents_of, consents_of_person
from regulars.customers.queries.details import (
    PAGE_MAX,
    profile,
    profiles,
    profiles_by_identity,
    profiles_page,
)
from regulars.customers.queries.duplicates import count_duplicates, duplicates_of, duplicates_page
from regulars.customers.queries.looking_after import count_of_manager, customers_of_manager, managers_of
from regulars.customers.queries.merge_rules import blocked_values, merge_rules
from regulars.customers.queries.merging import (
    merge_row,
    merges_of,
    merges_page,
    person_of_merged,
    persons_of_merged,
)
from regulars.customers.queries.notes import count_notes, notes_of
from regulars.customers.queries.people import (
    any_customers,
    contacts,
    person,
    person_names,
    persons_of,
    profile_ids,
    shop_numbers,
)
from regulars.customers.queries.personal_data import (
    erasure,
    erasure_of,
    erasures,
    packed,
    personal_data,
    refused_before,
)
from regulars.customers.queries.searching import search
from regulars.customers.queries.traits import traits_of
from regulars.customers.queries.zones import zones_of_customers

__all__ = [
    "HISTORY_MAX",
    "PAGE_MAX",
    "any_customers",
    "attributes_of_person",
    "attributes_progress",
    "blocked_values",
    "choices_of",
    "compare",
    "consent_history",
    "consents_of",
    "consents_of_person",
    "contacts",
    "count_duplicates",
    "count_notes",
    "count_of_manager",
    "customers_of_manager",
    "definition",
    "definitions",
    "duplicates_of",
    "duplicates_page",
    "erasure",
    "erasure_of",
    "erasures",
    "known_of_the_newest",
    "managers_of",
    "merge_row",
    "merge_rules",
    "merges_of",
    "merges_page",
    "misfit_examples",
    "misfits",
    "notes_of",
    "packed",
    "person",
    "person_names",
    "person_of_merged",
    "personal_data",
    "persons_of",
    "persons_of_merged",
    "profile",
    "profile_ids",
    "profiles",
    "profiles_by_identity",
    "profiles_page",
    "refused_before",
    "search",
    "shop_numbers",
    "traits_of",
    "unread_traits",
    "usual_attributes",
    "zones_of_customers",
]
