"""The one place that locks customers, so that nobody waits in a circle.

The order within a transaction: what is new is inserted first, in the order of the keys; then persons are
locked, then profiles, then what belongs to them, each in the order of their ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

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
_LOCK_BY_ID = "SELECT id FROM customers_profile WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
_LOCK_OF_PERSONS = """
SELECT id, person_id FROM customers_profile WHERE person_id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
"""
# Not FOR UPDATE, which would hold up all who only make sure, when they commit, that the person is there.
_LOCK_PERSONS = "SELECT id FROM customers_person WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
_LOCK_PERSONS_OF = """
SELECT id FROM customers_person WHERE id IN (
    SELECT p.person_id FROM customers_profile AS p
    JOIN unnest(%s::text[], %s::text[]) AS k(source, external_id) USING (source, external_id)
) ORDER BY id FOR NO KEY UPDATE
"""


_PERSONS_OF = """
SELECT DISTINCT p.person_id FROM customers_profile AS p
JOIN unnest(%s::text[], %s::text[]) AS k(source, external_id) USING (source, external_id)
"""
_LOOKS_MAX = 5


@dataclass(frozen=True, slots=True)
class LockedProfile:
    """A profile held until the end of the transaction."""

    id: int
    revision: int


def lock_profiles(keys: Iterable[ProfileKey]) -> dict[ProfileKey, int]:
    """Lock the stored profiles among these until the end of the transaction; gives their ids."""
    return {key: profile.id for key, profile in _lock(keys, _FOR_CHANGE).items()}


def lock_profiles_whole(keys: Iterable[ProfileKey]) -> dict[ProfileKey, LockedProfile]:
    """Lock them so that nobody can begin to point at them, for they may be removed.

    Their persons, and all other profiles of these, are locked before.
    """
    wanted = sorted(set(keys))
    columns = _columns(wanted)
    # Who was merged while we waited for their lock belongs to somebody else by now.
    for _ in range(_LOOKS_MAX):
        _run(_LOCK_PERSONS_OF, columns)
        held = {id_ for (id_,) in _run(_PERSONS_OF, columns)}
        if lock_persons(held) == held == {id_ for (id_,) in _run(_PERSONS_OF, columns)}:
            lock_profiles_of(held)
            break
    return _lock(wanted, _FOR_REMOVAL)


def lock_profiles_by_id(ids: Iterable[int]) -> set[int]:
    """Lock these profiles until the end of the transaction; gives those that are there."""
    return {id_ for (id_,) in _run(_LOCK_BY_ID, [sorted(set(ids))])}


def lock_persons(ids: Iterable[int]) -> set[int]:
    """Lock these persons, so that their profiles can be moved; gives those that are there."""
    return {id_ for (id_,) in _run(_LOCK_PERSONS, [sorted(set(ids))])}


def lock_profiles_of(persons: Iterable[int]) -> dict[int, int]:
    """Lock all profiles of persons who are locked already; gives whose each is."""
    return dict(_run(_LOCK_OF_PERSONS, [sorted(set(persons))]))


def _lock(keys: Iterable[ProfileKey], strength: str) -> dict[ProfileKey, LockedProfile]:
    rows = _run(_LOCK + strength, _columns(sorted(set(keys))))
    return {
        (source, external_id): LockedProfile(id_, revision) for id_, source, external_id, revision in rows
    }


def _columns(keys: Sequence[ProfileKey]) -> list[list[str]]:
    return [[source for source, _ in keys], [external_id for _, external_id in keys]]


def _run(statement: str, columns: list[list[str]] | list[list[int]]) -> list[tuple[Any, ...]]:
    """The rows of a statement over columns of values; none, unasked, where there are no values."""
    if not columns[0]:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, columns)
        return list(cursor.fetchall())
