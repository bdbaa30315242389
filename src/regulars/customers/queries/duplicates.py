"""Reading who may be one: found by going through everybody, suggested to colleagues."""

from __future__ import annotations

import json

from django.db import connection

from regulars.customers.types import Duplicate, Likeness

DUPLICATES_MAX = 200
"""Most pairs read at once."""

# Persons come and go between two looks at everybody, and are merged.
_PAGE = """
SELECT l.id, l.first_id, l.second_id, l.likenesses, l.found_at
FROM customers_likely AS l
JOIN customers_person AS one ON one.id = l.first_id
JOIN customers_person AS other ON other.id = l.second_id
WHERE %(after)s::bigint IS NULL
   OR l.weight < (SELECT weight FROM customers_likely WHERE id = %(after)s)
   OR (l.weight = (SELECT weight FROM customers_likely WHERE id = %(after)s) AND l.id > %(after)s)
ORDER BY l.weight DESC, l.id LIMIT %(limit)s
"""
_OF_PERSON = """
SELECT l.id, l.first_id, l.second_id, l.likenesses, l.found_at
FROM customers_likely AS l
JOIN customers_person AS one ON one.id = l.first_id
JOIN customers_person AS other ON other.id = l.second_id
WHERE l.first_id = %(person)s OR l.second_id = %(person)s
ORDER BY l.weight DESC, l.id LIMIT %(limit)s
"""


def duplicates_page(*, after: int | None = None, limit: int) -> list[Duplicate]:
    """Pairs of persons who may be one, the surest first, from behind the pair `after` (its id).

    At most DUPLICATES_MAX.
    """
    return _rows(_PAGE, {"after": after, "limit": min(limit, DUPLICATES_MAX)})


def duplicates_of(person_id: int, *, limit: int = 10) -> list[Duplicate]:
    """With whom a person may be one, the surest first."""
    return _rows(_OF_PERSON, {"person": person_id, "limit": min(limit, DUPLICATES_MAX)})


def count_duplicates(most: int = 1_000) -> int:
    """How many pairs are suggested, counted up to `most`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM (SELECT FROM customers_likely LIMIT %s) AS listed", [most])
        return int(cursor.fetchone()[0])


def _rows(statement: str, values: dict[str, int | None]) -> list[Duplicate]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [
            Duplicate(id_, first, second, tuple(Likeness(one) for one in json.loads(likenesses)), found_at)
            for id_, first, second, likenesses, found_at in cursor.fetchall()
        ]
