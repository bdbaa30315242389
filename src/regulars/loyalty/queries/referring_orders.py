"""What the friends bought, whom else they were brought by, and how many friends were rewarded already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.kit import sql
from regulars.loyalty.queries.referring_terms import Terms
from regulars.loyalty.rules.referring import AT_ONCE, Other
from regulars.loyalty.types.referring import ReferralRow, ReferralState

# An order for nothing is no paid one.
_FIRST = """
SELECT k.number, found.order_id, found.profile_id, found.ordered_at
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::text[], %s::bigint[])
    AS k (number, person_id, since, currency, least)
CROSS JOIN LATERAL (
    SELECT o.order_id, o.profile_id, o.ordered_at
    FROM facts_profiles AS p JOIN facts_orders AS o ON o.profile_id = p.profile_id
    WHERE p.person_id = k.person_id AND o.ordered_at >= k.since AND o.status <> 'cancelled'
      AND o.currency = k.currency AND o.amount_minor >= k.least
    ORDER BY o.ordered_at, o.order_id LIMIT 1
) AS found
"""
_OF_FRIENDS = """
SELECT p.person_id, r.id, r.state, r.at, r.rewarded_at
FROM loyalty_friendreferral AS r JOIN customers_profile AS p ON p.id = r.friend_id
WHERE p.person_id = ANY(%s)
"""
_REWARDED = """
SELECT p.person_id, r.id, r.rewarded_at
FROM loyalty_friendreferral AS r JOIN customers_profile AS p ON p.id = r.referrer_id
WHERE p.person_id = ANY(%s) AND r.state = 'rewarded' AND r.rewarded_at > %s
"""


@dataclass(frozen=True, slots=True)
class Bought:
    """The friend's first order that comes to what is asked, less what was given back."""

    order_id: int
    profile_id: int
    at: datetime


def first_orders(rows: Sequence[ReferralRow], terms: Mapping[int, Terms]) -> dict[int, Bought]:
    """By referral, the friend's order that counts, of those who have one that stands."""
    asked = [(row, terms[row.version_id]) for row in rows if row.version_id in terms]
    columns: list[list[Any]] = [
        [row.id for row, _ in asked],
        [row.friend_person_id for row, _ in asked],
        [row.at - AT_ONCE for row, _ in asked],
        [one.currency for _, one in asked],
        [max(1, one.referral.order_from_minor) for _, one in asked],
    ]
    return {number: Bought(*rest) for number, *rest in sql.rows(_FIRST, columns)}


def referrals_of_friends(person_ids: Collection[int]) -> dict[int, list[Other]]:
    """All by which these people came."""
    found: defaultdict[int, list[Other]] = defaultdict(list)
    for person_id, number, state, at, rewarded_at in sql.rows(_OF_FRIENDS, [sorted(set(person_ids))]):
        found[person_id].append(Other(number, ReferralState(state), at, rewarded_at))
    return found


def rewarded_since(person_ids: Collection[int], moment: datetime) -> dict[int, dict[int, datetime]]:
    """When these people were rewarded for friends after that moment, by referral."""
    found: defaultdict[int, dict[int, datetime]] = defaultdict(dict)
    for person_id, number, at in sql.rows(_REWARDED, [sorted(set(person_ids)), moment]):
        found[person_id][number] = at
    return found
