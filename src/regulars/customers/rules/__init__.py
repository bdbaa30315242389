"""What customers' rules say, without the database and the clock."""

from __future__ import annotations

from regulars.customers.rules.blocked import Blocked
from regulars.customers.rules.consents import wrong_with
from regulars.customers.rules.identities import forms, looks_right, mask, normalise
from regulars.customers.rules.merging import (
    DEFAULT_RULES,
    Candidate,
    Joining,
    Shared,
    differing,
    gathered,
    mark,
    older,
    people,
    plan,
)
from regulars.customers.rules.names import (
    NAME_CHARACTERS_MAX,
    SEARCH_CHARACTERS_MAX,
    WORDS_MAX,
    Wanted,
    called_by_device,
    called_by_number,
    fold,
    merged,
    shown_id,
    wanted,
    words,
)
from regulars.customers.rules.phones import REGION, region_of
from regulars.customers.rules.traits import KeptTraits, merge_traits

__all__ = [
    "DEFAULT_RULES",
    "NAME_CHARACTERS_MAX",
    "REGION",
    "SEARCH_CHARACTERS_MAX",
    "WORDS_MAX",
    "Blocked",
    "Candidate",
    "Joining",
    "KeptTraits",
    "Shared",
    "Wanted",
    "called_by_device",
    "called_by_number",
    "differing",
    "fold",
    "forms",
    "gathered",
    "looks_right",
    "mark",
    "mask",
    "merge_traits",
    "merged",
    "normalise",
    "older",
    "people",
    "plan",
    "region_of",
    "shown_id",
    "wanted",
    "words",
    "wrong_with",
]
