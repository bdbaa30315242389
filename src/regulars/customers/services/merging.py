"""Making one of two customers because somebody says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from regulars.customers.locks import lock_persons
from regulars.customers.rules import gathered
from regulars.customers.services.joining import PAIRS_MAX, Join, join

# What was said before is taken back by who makes one of them now.
_NOT_APART = """
DELETE FROM customers_notthesame AS apart USING customers_profile AS first, customers_profile AS second
WHERE first.id = apart.first_id AND second.id = apart.second_id AND first.person_id = second.person_id
  AND first.person_id = ANY(%s)
"""


@transaction.atomic
def merge(
    *,
    pairs: Sequence[tuple[int, int]],
    now: datetime,
    user_id: int | None = None,
    because: Mapping[str, str] | None = None,
    backfill: bool = False,
) -> list[int]:
    """Make one of two persons, in pairs (kept, gone); gives the ids of the merges.

    What hangs together becomes one person, chains and circles too: the one who goes in no pair. Pairs of
    which somebody is not there (any more) are passed over, and so are pairs of one and the same. All that
    points at a profile of the one who goes stays where it is; the profile is the other's now. That they
    were said not to be the same is taken back.

    Raises ValueError above PAIRS_MAX.
    """
    if len(pairs) > PAIRS_MAX:
        raise ValueError(f"{len(pairs)} pairs in one batch; the most is {PAIRS_MAX}")
    there = lock_persons(person for pair in pairs for person in pair)
    wanted = gathered([pair for pair in pairs if there.issuperset(pair)])
    done = join(
        {gone: Join(kept, because or {}, backfill=backfill) for gone, kept in wanted.items()},
        now=now,
        user_id=user_id,
    )
    if done:
        with connection.cursor() as cursor:
            cursor.execute(_NOT_APART, [sorted(set(wanted.values()))])
    return done
