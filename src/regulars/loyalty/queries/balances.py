"""What persons have: the sum over the profiles they have now."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection

from regulars.loyalty.types import POINTS, Balance

# Held and owed stand in the wallet; what can be spent goes by the moments of the lots, never by what a
# schedule got round to: `loyalty_usable` says what that is, here and where it is spent.
_BALANCES = """
WITH theirs AS MATERIALIZED (
    SELECT p.person_id, w.id, w.debt_minor, w.held_minor
    FROM customers_profile AS p
    JOIN loyalty_wallet AS w ON w.profile_id = p.id AND w.currency = %(currency)s
    WHERE {whose}
), lots AS MATERIALIZED (
    SELECT t.person_id, u.expires_at, u.pending + u.available + u.late AS there
    FROM theirs AS t, loyalty_usable(ARRAY[t.id], %(at)s) AS u
), soonest AS (
    SELECT DISTINCT ON (person_id) person_id, expires_at, sum(there) AS there
    FROM lots WHERE expires_at IS NOT NULL AND there > 0
    GROUP BY person_id, expires_at ORDER BY person_id, expires_at
), waiting AS (
    SELECT t.person_id, sum(l.pending_minor) AS pending
    FROM theirs AS t JOIN loyalty_lot AS l ON l.wallet_id = t.id
    WHERE l.pending_minor > 0 AND (l.usable_at IS NULL OR l.usable_at > %(at)s)
    GROUP BY t.person_id
)
SELECT t.person_id, coalesce(u.there, 0)::bigint, coalesce(p.pending, 0)::bigint, t.held, t.owed,
       coalesce(s.there, 0)::bigint, s.expires_at
FROM (
    SELECT person_id, sum(held_minor)::bigint AS held, -sum(debt_minor)::bigint AS owed
    FROM theirs GROUP BY person_id
) AS t
LEFT JOIN (SELECT person_id, sum(there) AS there FROM lots GROUP BY person_id) AS u USING (person_id)
LEFT JOIN waiting AS p USING (person_id)
LEFT JOIN soonest AS s USING (person_id)
"""
_OF_PROFILE = _BALANCES.format(
    whose="p.person_id = (SELECT person_id FROM customers_profile WHERE id = %(profile)s)"
)
_OF_PERSONS = _BALANCES.format(whose="p.person_id = ANY(%(persons)s)")
NOTHING = Balance(spendable_minor=0, pending_minor=0, held_minor=0, owed_minor=0)


def balance(*, profile_id: int, at: datetime) -> Balance:
    """What the person of this profile has at a moment, over all their profiles."""
    return next(iter(_read(_OF_PROFILE, {"profile": profile_id, "at": at}).values()), NOTHING)


def balances(*, person_ids: Collection[int], at: datetime) -> dict[int, Balance]:
    """What each of these persons has at a moment; all of them are in the answer."""
    wanted = sorted(set(person_ids))
    return dict.fromkeys(wanted, NOTHING) | _read(_OF_PERSONS, {"persons": wanted, "at": at})


def _read(statement: str, values: dict[str, Any]) -> dict[int, Balance]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"currency": POINTS, **values})
        return {person_id: _balance(*row) for person_id, *row in cursor.fetchall()}


def _balance(
    usable: int, pending: int, held: int, owed: int, soonest: int, soonest_at: datetime | None
) -> Balance:
    spendable = max(0, usable - owed)
    return Balance(
        spendable_minor=spendable,
        pending_minor=pending,
        held_minor=held,
        owed_minor=owed,
        soonest_minor=min(soonest, spendable),
        soonest_at=soonest_at if spendable else None,
    )
