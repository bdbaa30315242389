"""The one place that locks customers, so that nobody waits in a circle.

The order within a transaction: what is new is inserted first, in the order of the keys; then persons are
locked, then profiles, then what belongs to them, each in the order of their ids.
"""

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
_LOCK_BY_ID = "SELECT id FROM customers_profile WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
_LOCK_PERSONS = "SELECT id FROM customers_person WHERE id = ANY(%s) ORDER BY id FOR UPDATE"
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


def lock_profiles_by_id(ids: Iterable[int]) -> set[int]:
    """Lock these profiles until the end of the transaction; gives those that are there."""
    return _lock_ids(_LOCK_BY_ID, ids)


def lock_persons(ids: Iterable[int]) -> set[int]:
    """Lock these persons, so that their profiles can be moved; gives those that are there."""
    return _lock_ids(_LOCK_PERSONS, ids)


def _lock_ids(statement: str, ids: Iterable[int]) -> set[int]:
    wanted = sorted(set(ids))
    if not wanted:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(statement, [wanted])
        return {id_ for (id_,) in cursor.fetchall()}


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
