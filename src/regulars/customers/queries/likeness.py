"""Going through everybody for those who are alike: a statement for each likeness, that only reads."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import date

from django.db import connection, transaction

from regulars.customers.models import BlockedIdentity, PersonAttributes
from regulars.customers.rules import Blocked
from regulars.customers.rules.likeness import DOMAINS, GROUP_MAX
from regulars.customers.types import IdentityType, Likeness

GROUPS_MAX = 10_000
"""So many groups of a likeness are read at most: nobody looks at more."""

_WORDS = {
    # The words of a name in whatever order they were written; a single word is no name to know anybody by.
    "{name}": """(
        SELECT string_agg(w, ' ' ORDER BY w COLLATE "C") FROM unnest(string_to_array(p.search_key, ' ')) AS w
    )""",
    "{named}": "p.source <> 'anonymous' AND p.search_key LIKE '%% %%'",
    # What stands before the @, without dots and what stands after a plus.
    "{mailbox}": "replace(split_part(split_part(i.value, '@', 1), '+', 1), '.', '')",
    "{some}": "count(DISTINCT p.person_id) BETWEEN 2 AND %(most)s",
}
_STATEMENTS = {
    Likeness.NAME_AND_BIRTHDAY: """
        SELECT array_agg(DISTINCT p.person_id) FROM customers_profile AS p
        JOIN customers_personattributes AS a ON a.person_id = p.person_id AND a.birthday IS NOT NULL
        WHERE {named} GROUP BY {name}, a.birthday HAVING {some} LIMIT %(groups)s
    """,
    Likeness.NAME_AND_CITY: """
        SELECT array_agg(DISTINCT p.person_id) FROM customers_profile AS p
        JOIN customers_personattributes AS a ON a.person_id = p.person_id AND a.city <> ''
        WHERE {named} GROUP BY {name}, a.city HAVING {some} LIMIT %(groups)s
    """,
    Likeness.NAME_AND_NUMBER: """
        SELECT array_agg(DISTINCT p.person_id) FROM customers_profile AS p
        JOIN customers_identity AS i ON i.profile_id = p.id AND i.type = 'phone' AND length(i.value) > 7
        WHERE {named} GROUP BY {name}, right(i.value, 4) HAVING {some} LIMIT %(groups)s
    """,
    Likeness.NAME_AND_EMAIL: """
        SELECT array_agg(DISTINCT p.person_id) FROM customers_profile AS p
        JOIN customers_identity AS i ON i.profile_id = p.id AND i.type = 'email' AND length({mailbox}) > 4
        WHERE {named} GROUP BY {name}, {mailbox} HAVING {some} LIMIT %(groups)s
    """,
    Likeness.EMAIL_ALMOST: """
        SELECT array_agg(DISTINCT p.person_id), min(i.type), min(i.value) FROM customers_identity AS i
        JOIN customers_profile AS p ON p.id = i.profile_id
        CROSS JOIN LATERAL (SELECT split_part(i.value, '@', 2) AS name) AS domain
        WHERE i.type = 'email' AND {mailbox} <> ''
        GROUP BY {mailbox}, coalesce(%(domains)s::jsonb ->> domain.name, domain.name)
        HAVING count(DISTINCT i.value) > 1 AND {some} LIMIT %(groups)s
    """,
    Likeness.SHARED: """
        SELECT array_agg(DISTINCT p.person_id), i.type, i.value FROM customers_identity AS i
        JOIN customers_profile AS p ON p.id = i.profile_id
        GROUP BY i.type, i.value HAVING {some} LIMIT %(groups)s
    """,
}


def groups_of(likeness: Likeness) -> Iterator[list[int]]:
    """Groups of persons who are alike in this; without those alike in what is nobody's own."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        values: dict[str, int | str] = {
            "most": GROUP_MAX[likeness],
            "groups": GROUPS_MAX,
            "domains": json.dumps(dict(DOMAINS)),
        }
        cursor.execute(_statement(likeness), values)
        rows = cursor.fetchall()
    shop = BlockedIdentity.objects.values_list("type", "value")
    blocked = Blocked([(IdentityType(type_), value) for type_, value in shop])
    for persons, *value in rows:
        if not value or not blocked.has(IdentityType(value[0]), value[1]):
            yield persons


def _statement(likeness: Likeness) -> str:
    text = _STATEMENTS[likeness]
    for word, meaning in _WORDS.items():
        text = text.replace(word, meaning)
    return text


def told_apart_persons() -> set[tuple[int, int]]:
    """Pairs of persons, the smaller number first, of whom a colleague said that they are not one."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT least(one.person_id, other.person_id), greatest(one.person_id, other.person_id)
            FROM customers_notthesame AS apart
            JOIN customers_profile AS one ON one.id = apart.first_id
            JOIN customers_profile AS other ON other.id = apart.second_id
            """
        )
        return set(cursor.fetchall())


def birthdays_of(person_ids: Collection[int]) -> dict[int, date]:
    """When those among these were born of whom that is known."""
    rows = PersonAttributes.objects.filter(person_id__in=person_ids).values_list("person_id", "birthday")
    return {person_id: birthday for person_id, birthday in rows if birthday is not None}


def state_of_everybody() -> str:
    """Another text when there may be other duplicates: how far the tables they are found by have come."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT concat_ws(' ', (SELECT max(id) FROM customers_profile),
                (SELECT max(id) FROM customers_identity), (SELECT max(id) FROM customers_merge),
                (SELECT max(undone_at) FROM customers_merge WHERE undone_at IS NOT NULL),
                (SELECT max(id) FROM customers_blockedidentity))
            """
        )
        return str(cursor.fetchone()[0])


def likenesses() -> Iterable[Likeness]:
    """All that two may be alike in."""
    return _STATEMENTS
