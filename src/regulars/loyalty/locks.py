"""The one place that locks wallets, so that nobody waits in a circle.

Whoever posts locks the wallets concerned first, all at once: those that are missing are made in the order of
their profiles, then all are locked in the order of their ids. What is in them, lots and holds, is read in a
later statement and changed by nobody else until the transaction ends. Wallets come after persons, profiles
and orders, and before grants, offers, codes and the log.

Persons are not locked: who read whose profiles they are before a merge acts as before the merge.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from django.db import connection

from regulars.kit import sql
from regulars.loyalty.types import POINTS

NONE_LOCKED: Mapping[int, int] = MappingProxyType({})
"""Of who has locked no wallets before: the wallet of each profile."""

_MAKE = """
INSERT INTO loyalty_wallet (profile_id, currency)
SELECT p.id, %(currency)s FROM customers_profile AS p
WHERE p.id = ANY(%(profiles)s)
  AND NOT EXISTS (SELECT FROM loyalty_wallet AS w WHERE w.profile_id = p.id AND w.currency = %(currency)s)
ORDER BY p.id
ON CONFLICT DO NOTHING
"""
_LOCK = """
SELECT w.profile_id, w.id FROM loyalty_wallet AS w
WHERE w.profile_id = ANY(%(profiles)s) AND w.currency = %(currency)s
ORDER BY w.id FOR NO KEY UPDATE
"""
_LOCK_OF_PERSONS = """
SELECT w.profile_id, w.id FROM loyalty_wallet AS w
WHERE w.currency = %(currency)s AND w.profile_id IN (
    SELECT theirs.id FROM customers_profile AS one JOIN customers_profile AS theirs USING (person_id)
    WHERE one.id = ANY(%(profiles)s)
)
ORDER BY w.id FOR NO KEY UPDATE
"""
_LOCK_OF_HOLDS = """
SELECT w.profile_id, w.id FROM loyalty_wallet AS w
WHERE w.id IN (
    SELECT wallet_id FROM loyalty_posting WHERE hold_id = ANY(%(holds)s)
    UNION
    SELECT theirs_too.id FROM loyalty_hold AS h
    JOIN customers_profile AS one ON one.id = h.profile_id
    JOIN customers_profile AS theirs USING (person_id)
    JOIN loyalty_wallet AS theirs_too ON theirs_too.profile_id = theirs.id
    WHERE h.id = ANY(%(holds)s) AND theirs_too.currency = %(currency)s
)
ORDER BY w.id FOR NO KEY UPDATE
"""
_PROFILES_OF_HOLDS = "SELECT DISTINCT profile_id FROM loyalty_hold WHERE id = ANY(%(holds)s)"


def lock_wallets(*, profile_ids: Collection[int]) -> dict[int, int]:
    """Lock the wallets of these profiles, and of no others; gives the wallet of each that has one."""
    return dict(_run(_LOCK, profiles=profile_ids))


def lock_persons_wallets(*, profile_ids: Collection[int], make: bool = False) -> dict[int, int]:
    """Lock all wallets of the persons whose these profiles are; gives the wallet of each profile.

    `make`: those of the profiles named are made where they are not there yet.
    """
    if make:
        _run(_MAKE, profiles=profile_ids)
    return dict(_run(_LOCK_OF_PERSONS, profiles=profile_ids))


def lock_wallets_of_holds(*, hold_ids: Collection[int], make: bool = False) -> dict[int, int]:
    """Lock the wallets out of which these holds were taken, and all others of their customers.

    `make`: those of the profiles the holds are of are made where they are not there yet.
    """
    if make:
        whose = _run(_PROFILES_OF_HOLDS, holds=hold_ids)
        _run(_MAKE, profiles=[profile_id for (profile_id,) in whose])
    return dict(_run(_LOCK_OF_HOLDS, holds=hold_ids))


def _run(statement: str, **ids: Collection[int]) -> list[tuple[Any, ...]]:
    """The rows of a statement about these ids; none, unasked, where there are no ids."""
    if not connection.in_atomic_block:
        raise RuntimeError("wallets are locked until the transaction ends, and there is none")
    arrays = {name: sorted(set(numbers)) for name, numbers in ids.items()}
    if not all(arrays.values()):
        return []
    return sql.rows(statement, {"currency": POINTS, **arrays})
