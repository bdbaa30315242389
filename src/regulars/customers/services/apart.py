"""Keeping that two customers are not the same, as a colleague said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from regulars.customers.locks import lock_persons, lock_profiles_of

PROFILES_MAX = 10
"""Of so many profiles on each side it is kept: enough to tell two persons apart, whoever of them moves on."""

_TELL = """
INSERT INTO customers_notthesame (first_id, second_id, said_at, said_by)
SELECT DISTINCT least(one, other), greatest(one, other), %s::timestamptz, %s::bigint
FROM unnest(%s::bigint[]) AS one, unnest(%s::bigint[]) AS other
ORDER BY 1, 2
ON CONFLICT (first_id, second_id) DO NOTHING
"""
_TAKE_BACK = """
DELETE FROM customers_notthesame
WHERE (first_id = ANY(%(one)s) AND second_id = ANY(%(other)s))
   OR (first_id = ANY(%(other)s) AND second_id = ANY(%(one)s))
"""
_NOT_LIKELY = "DELETE FROM customers_likely WHERE first_id = %s AND second_id = %s"


@transaction.atomic
def not_the_same(*, first: int, second: int, now: datetime, user_id: int | None) -> bool:
    """Keep that two persons are not one: they are no longer suggested, nor merged by rule.

    False where one of them is not there (any more).
    """
    profiles = _held(first, second)
    if profiles is None:
        return False
    tell_apart(*profiles, now=now, user_id=user_id)
    with connection.cursor() as cursor:
        cursor.execute(_NOT_LIKELY, sorted((first, second)))
    return True


@transaction.atomic
def perhaps_the_same(*, first: int, second: int) -> bool:
    """Take back that two persons are not one; says whether anything was taken back."""
    profiles = _held(first, second)
    if profiles is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_BACK, {"one": profiles[0], "other": profiles[1]})
        return bool(cursor.rowcount)


def tell_apart(one: Sequence[int], other: Sequence[int], *, now: datetime, user_id: int | None) -> None:
    """Keep that the profiles of two locked persons are not of one."""
    with connection.cursor() as cursor:
        cursor.execute(_TELL, [now, user_id, list(one[:PROFILES_MAX]), list(other[:PROFILES_MAX])])


def _held(first: int, second: int) -> tuple[list[int], list[int]] | None:
    if first == second or lock_persons([first, second]) != {first, second}:
        return None
    of = lock_profiles_of([first, second])
    return [id_ for id_ in of if of[id_] == first], [id_ for id_ in of if of[id_] == second]
