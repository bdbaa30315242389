"""What persons have: the sum over the profiles they have now (`loyalty_balances` in the migrations)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from regulars.kit import sql
from regulars.loyalty.types import Balance

_OF_PROFILE = """
SELECT * FROM loyalty_balances(ARRAY(SELECT person_id FROM customers_profile WHERE id = %s), %s)
"""
_OF_PERSONS = "SELECT * FROM loyalty_balances(%s::bigint[], %s)"
NOTHING = Balance(spendable_minor=0, pending_minor=0, held_minor=0, owed_minor=0)


def balance(*, profile_id: int, at: datetime) -> Balance:
    """What the person of this profile has at a moment, over all their profiles."""
    return next(iter(_read(_OF_PROFILE, profile_id, at).values()), NOTHING)


def balances(*, person_ids: Collection[int], at: datetime) -> dict[int, Balance]:
    """What each of these persons has at a moment; all of them are in the answer."""
    wanted = sorted(set(person_ids))
    return dict.fromkeys(wanted, NOTHING) | _read(_OF_PERSONS, wanted, at)


def _read(statement: str, who: int | list[int], at: datetime) -> dict[int, Balance]:
    return {person_id: balance_of(*row) for person_id, *row in sql.rows(statement, [who, at])}


def balance_of(
    usable: int, pending: int, held: int, owed: int, soonest: int, soonest_at: datetime | None
) -> Balance:
    """What these sums come to: what is owed is taken off what can be spent."""
    spendable = max(0, usable - owed)
    return Balance(
        spendable_minor=spendable,
        pending_minor=pending,
        held_minor=held,
        owed_minor=owed,
        soonest_minor=min(soonest, spendable),
        soonest_at=soonest_at if spendable else None,
    )
