"""Finding customers by what somebody remembers of them. Each way in is answered by an index of its own."""

from __future__ import annotations

from django.db import connection

from regulars.customers.rules import Wanted, wanted

SEARCH_MAX = 200
"""Most persons found at once: who gets more says more of whom they look for."""
LETTERS_SCAN_ROWS = 5_000
"""So many names are looked through for words of a single letter: a few milliseconds."""

_BY_ID = "SELECT person_id, 0, '' FROM customers_profile WHERE external_id = %(id)s AND source <> 'anonymous'"
_BY_EMAIL = """
SELECT p.person_id, 1, i.value FROM (
    SELECT profile_id, value FROM customers_identity
    WHERE type = 'email' AND value COLLATE "C" >= %(email)s AND value COLLATE "C" < %(email_end)s
    ORDER BY value COLLATE "C" LIMIT %(limit)s
) AS i JOIN customers_profile AS p ON p.id = i.profile_id
"""
_BY_PHONE = """
SELECT p.person_id, 2, i.value FROM (
    SELECT profile_id, value FROM customers_identity
    WHERE type = 'phone' AND reverse(value) COLLATE "C" >= %(phone)s
      AND reverse(value) COLLATE "C" < %(phone_end)s
    ORDER BY reverse(value) COLLATE "C" LIMIT %(limit)s
) AS i JOIN customers_profile AS p ON p.id = i.profile_id
"""
# Names that begin so, in the order of the index by name.
_BY_BEGINNING = """
SELECT * FROM (
    SELECT person_id, 3, sort_key FROM customers_profile
    WHERE source <> 'anonymous' AND (sort_key = '') IS FALSE
      AND sort_key COLLATE "C" >= %(name)s AND sort_key COLLATE "C" < %(name_end)s
    ORDER BY (sort_key = ''), sort_key COLLATE "C", person_id LIMIT %(limit)s
) AS beginning
"""
# Materialized: else the limit would tempt the planner to read the table through. It stops when it has enough.
_BY_WORDS = """
SELECT * FROM (
    WITH found AS MATERIALIZED (
        SELECT person_id, sort_key FROM customers_profile
        WHERE search_key <> '' AND array_to_tsvector(string_to_array(search_key, ' ')) @@ %(words)s::tsquery
    )
    SELECT person_id, 4, sort_key FROM found LIMIT %(limit)s
) AS words
"""
# The same for words of a single letter, which begin too many names: of those whose first word begins with
# one of them so many are looked through.
_BY_LETTERS = """
SELECT * FROM (
    SELECT person_id, 4, sort_key FROM (
        SELECT person_id, sort_key, search_key FROM customers_profile
        WHERE source <> 'anonymous' AND (sort_key = '') IS FALSE AND sort_key COLLATE "C" >= %(first)s
          AND sort_key COLLATE "C" < %(first_end)s
        ORDER BY (sort_key = ''), sort_key COLLATE "C", person_id LIMIT %(scan)s
    ) AS looked_through
    WHERE ' ' || search_key LIKE ALL (%(letters)s::text[]) LIMIT %(limit)s
) AS letters
"""
_SEARCH = """
SELECT person_id FROM ({ways}) AS t(person_id, way, key)
GROUP BY person_id ORDER BY min(way), min(key COLLATE "C"), person_id LIMIT %(limit)s
"""


def search(text: str, *, limit: int) -> list[int]:
    """Ids of the persons meant, the surest first: by the shop's id, e-mail, phone, name; at most SEARCH_MAX.

    Of a name the beginnings of its words count, of an e-mail its beginning, of a phone its last digits.
    """
    look_for = wanted(text)
    limit = min(limit, SEARCH_MAX)
    found: list[int] = []
    for ways in (_sure_ways(look_for), _by_words(look_for)):
        if ways and len(found) < limit:
            parameters = _parameters(look_for, limit)
            with connection.cursor() as cursor:
                cursor.execute(_SEARCH.replace("{ways}", " UNION ALL ".join(ways)), parameters)
                found += [person_id for (person_id,) in cursor.fetchall()]
    return list(dict.fromkeys(found))[:limit]


def _sure_ways(look_for: Wanted) -> list[str]:
    """These stop at the limit wherever they are in their index, however many there are."""
    ways = [_BY_ID] if look_for.id else []
    if look_for.email:
        ways.append(_BY_EMAIL)
    if look_for.phone:
        ways.append(_BY_PHONE)
    if look_for.words:
        ways.append(_BY_BEGINNING)
    return ways


def _by_words(look_for: Wanted) -> list[str]:
    """This goes through all who have such a word first, so it is asked only if the others found too few."""
    if not look_for.words:
        return []
    return [_BY_LETTERS if all(len(word) == 1 for word in look_for.words) else _BY_WORDS]


def _parameters(look_for: Wanted, limit: int) -> dict[str, str | int | list[str]]:
    phone = look_for.phone[::-1]
    first = look_for.words[0] if look_for.words else ""
    return {
        "id": look_for.id,
        "email": look_for.email,
        "email_end": _end(look_for.email),
        "phone": phone,
        "phone_end": _end(phone),
        "name": look_for.name,
        "name_end": _end(look_for.name),
        "words": " & ".join(f"'{word}':*" for word in look_for.words),
        "first": first,
        "first_end": _end(first),
        "letters": [f"% {letter}%" for letter in look_for.words],
        "scan": LETTERS_SCAN_ROWS,
        "limit": limit,
    }


def _end(prefix: str) -> str:
    """What sorts after everything that begins with the prefix: the last code point there is behind it."""
    return prefix + "\U0010ffff"
