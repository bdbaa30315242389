"""How many customers a rule of merging would join: counted over everybody, while somebody waits for it."""

from __future__ import annotations

from collections.abc import Collection

from django.db import OperationalError, connection, transaction

from regulars.console.wording.merging import Tally
from regulars.customers.types import IdentityType, Rule

TIMEOUT_MS = 15_000
"""Of a million customers a few seconds."""

_MERGED = """
SELECT type, count(*) FROM customers_merge, jsonb_object_keys(because) AS type
WHERE undone_at IS NULL GROUP BY type
"""
_SHARED = """
SELECT type, coalesce(sum(persons) FILTER (WHERE persons <= most), 0), count(*) FILTER (WHERE persons > most)
FROM (
    SELECT i.type, r.most, count(DISTINCT p.person_id) AS persons
    FROM customers_identity AS i
    JOIN unnest(%s::text[], %s::int[]) AS r(type, most) ON r.type = i.type
    JOIN customers_profile AS p ON p.id = i.profile_id
    WHERE NOT EXISTS (
        SELECT 1 FROM customers_blockedidentity AS b WHERE b.type = i.type AND b.value = i.value
    )
    GROUP BY i.type, i.value, r.most HAVING count(DISTINCT p.person_id) > 1
) AS shared
GROUP BY type
"""


def merged_by() -> dict[IdentityType, int]:
    """How many cards were put together by what they shared, and are still."""
    with connection.cursor() as cursor:
        cursor.execute(_MERGED)
        return {IdentityType(type_): count for type_, count in cursor.fetchall()}


def tallies(rules: Collection[Rule]) -> dict[IdentityType, Tally] | None:
    """By type who shares what with others; None where counting takes too long."""
    types, most = [rule.type.value for rule in rules], [rule.persons_max for rule in rules]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(TIMEOUT_MS)])
            cursor.execute(_SHARED, [types, most])
            found = {IdentityType(type_): Tally(int(apart), over) for type_, apart, over in cursor.fetchall()}
    except OperationalError:  # the time-out
        return None
    return {rule.type: found.get(rule.type, Tally()) for rule in rules}
