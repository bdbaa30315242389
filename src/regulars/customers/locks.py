"""The one place that locks customers. Always in the order of their ids, so that nobody waits in a circle."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from regulars.customers.types import ProfileKey

_LOCK = """
SELECT p.id, p.source, p.external_id
FROM customers_profile AS p
JOIN unnest(%s::text[], %s::text[]) AS k(source, external_id) USING (source, external_id)
ORDER BY p.id
FOR NO KEY UPDATE OF p
"""


def lock_profiles(keys: Iterable[ProfileKey]) -> dict[ProfileKey, int]:
    """Lock the stored profiles among these until the end of the transaction; gives their ids."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [[source for source, _ in wanted], [external_id for _, external_id in wanted]])
        return {(source, external_id): id_ for id_, source, external_id in cursor.fetchall()}
