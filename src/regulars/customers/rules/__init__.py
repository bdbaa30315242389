"""What customers' rules say, without the database and the clock."""

from __future__ import annotations

from regulars.customers.rules.consents import wrong_with
from regulars.customers.rules.names import (
    NAME_CHARACTERS_MAX,
    SEARCH_CHARACTERS_MAX,
    WORDS_MAX,
    Wanted,
    called_by_device,
    called_by_number,
    fold,
    looks_right,
    mask,
    merged,
    normalise,
    shown_id,
    wanted,
    words,
)
from regulars.customers.rules.traits import KeptTraits, merge_traits

__all__ = [
    "NAME_CHARACTERS_MAX",
    "SEARCH_CHARACTERS_MAX",
    "WORDS_MAX",
    "KeptTraits",
    "Wanted",
    "called_by_device",
    "called_by_number",
    "fold",
    "looks_right",
    "mask",
    "merge_traits",
    "merged",
    "normalise",
    "shown_id",
    "wanted",
    "words",
    "wrong_with",
]
