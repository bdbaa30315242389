"""What the newest customers' data look like: for who decides what the shop wants to know."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection
from typing import Any

from django.db import connection

from regulars.customers.queries.attributes import definitions, wanted, words_of
from regulars.customers.rules.attributes import derive, guess, trait_key
from regulars.customers.types import KnownOfNewest, TraitValue, UnreadTrait

SAMPLE = 1_000
"""So many of the newest tell how data look today; all of a big shop would keep the page waiting."""
EXAMPLES = 5
TEXT_SHOWN = 60
COLUMNS = ("birthday", "gender", "city", "language", "timezone")

_NEWEST = """
SELECT person_id, attributes, birthday, gender, city, language, timezone
FROM facts_customers ORDER BY person_id DESC LIMIT %s
"""
_TRAITS = """
SELECT values FROM customers_traits WHERE values <> '{}' ORDER BY profile_id DESC LIMIT %s
"""
_MISFITS = """
SELECT person_id FROM customers_personattributes WHERE misfits <> '[]' AND misfits ? %s
ORDER BY person_id DESC LIMIT %s
"""


def known_of_the_newest(limit: int = SAMPLE) -> KnownOfNewest:
    """Of how many of the newest customers each attribute is known."""
    counts: Counter[str] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, [limit])
        rows = cursor.fetchall()
    for _person, values, *columns in rows:
        counts.update(json.loads(values).keys())
        counts.update(key for key, value in zip(COLUMNS, columns, strict=True) if value)
    return KnownOfNewest(len(rows), counts)


def unread_traits(limit: int = SAMPLE) -> list[UnreadTrait]:
    """Traits that the newest data have and no attribute is read from, those told of most first."""
    read = {trait for one in wanted(definitions(archived=True)) for trait in one.traits}
    found: dict[str, list[TraitValue]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_TRAITS, [limit])
        rows = cursor.fetchall()
    for (values,) in rows:
        known: dict[str, Any] = json.loads(values)
        for name, value in known.items():
            if trait_key(name) and trait_key(name) not in read:
                found.setdefault(name, []).append(value)
    traits = [UnreadTrait(name, len(values), guess(values)) for name, values in found.items()]
    return sorted(traits, key=lambda trait: (-trait.times, trait.name))


def misfit_examples(key: str) -> list[str]:
    """What was said under an attribute lately and does not fit it."""
    with connection.cursor() as cursor:
        cursor.execute(_MISFITS, [key, EXAMPLES])
        persons = [person for (person,) in cursor.fetchall()]
    return _misfits(key, persons)


def _misfits(key: str, persons: Collection[int]) -> list[str]:
    attribute = next((one for one in wanted(definitions(archived=True)) if one.key == key), None)
    if attribute is None or not persons:
        return []
    told = (word for words in words_of(persons).values() for word in words)
    bad = (
        str(word.value)
        for word in told
        if trait_key(word.name) in attribute.traits
        and word.value is not None
        and not derive([word], [attribute]).values
    )
    return list(dict.fromkeys(text[:TEXT_SHOWN] for text in bad if text.strip()))[:EXAMPLES]
