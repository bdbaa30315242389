"""The one place that locks customers. Always in the order of their ids, so that nobody waits in a circle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from regulars.customers.types import ProfileKey

_LOCK = """
SELECT p.id, p.source, p.external_id, p.revision
FROM customers_profile AS p
JOIN unnest(%s::text[], %s::text[]) AS k(source, external_id) USING (source, external_id)
ORDER BY p.id
"""
_FOR_CHANGE = "FOR NO KEY UPDATE OF p"
_FOR_REMOVAL = "FOR UPDATE OF p"


@dataclass(frozen=True, slots=True)
class LockedProfile:
    """A profile held until the end of the transaction."""

    id: int
    revision: int


def lock_profiles(keys: Iterable[ProfileKey]) -> dict[ProfileKey, int]:
    """Lock the stored profiles among these until the end of the transaction; gives their ids."""
    return {key: profile.id for key, profile in _lock(keys, _FOR_CHANGE).items()}


def lock_profiles_whole(keys: Iterable[ProfileKey]) -> dict[ProfileKey, LockedProfile]:
    """Lock them so that nobody can begin to point at them either, for they may be removed."""
    return _lock(keys, _FOR_REMOVAL)


def _lock(keys: Iterable[ProfileKey], strength: str) -> dict[ProfileKey, LockedProfile]:
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            _LOCK + strength, [[source for source, _ in wanted], [external_id for _, external_id in wanted]]
        )
        return {
            (source, external_id): LockedProfile(id_, revision)
            for id_, source, external_id, revision in cursor.fetchall()
        }
