"""Two persons side by side, before a colleague makes one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db import connection

from regulars.customers.queries.merge_rules import merge_rules
from regulars.customers.rules import Candidate, differing, older
from regulars.customers.types import Comparison, IdentityType

# What decides of persons whether they are one; who is only a device is not known since any time.
_CANDIDATES = """
SELECT p.person_id, min(p.created_at) FILTER (WHERE p.source <> 'anonymous'), array_agg(p.id)
FROM customers_profile AS p WHERE p.person_id = ANY(%s) GROUP BY p.person_id
"""
_OWN = """
SELECT DISTINCT p.person_id, i.type, i.value
FROM customers_profile AS p JOIN customers_identity AS i ON i.profile_id = p.id
WHERE p.person_id = ANY(%s) AND i.type = ANY(%s)
"""
_APART = """
SELECT first_id, second_id FROM customers_notthesame WHERE first_id = ANY(%(profiles)s)
UNION
SELECT first_id, second_id FROM customers_notthesame WHERE second_id = ANY(%(profiles)s)
"""


def candidates(person_ids: Collection[int], one_each: Collection[IdentityType]) -> dict[int, Candidate]:
    """What decides of these persons whether they are one; those who are there."""
    wanted = sorted(set(person_ids))
    own: defaultdict[int, set[tuple[IdentityType, str]]] = defaultdict(set)
    rows: list[tuple[int, datetime | None, list[int]]] = []
    with connection.cursor() as cursor:
        if wanted and one_each:
            cursor.execute(_OWN, [wanted, [type_.value for type_ in one_each]])
            for person_id, type_, value in cursor.fetchall():
                own[person_id].add((IdentityType(type_), value))
        if wanted:
            cursor.execute(_CANDIDATES, [wanted])
            rows = cursor.fetchall()
    return {
        person_id: Candidate(person_id, since, frozenset(profiles), frozenset(own[person_id]))
        for person_id, since, profiles in rows
    }


def told_apart(profile_ids: Collection[int]) -> set[tuple[int, int]]:
    """Pairs of profiles, one or both among these, of which a colleague said that they are not of one."""
    if not profile_ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_APART, {"profiles": list(profile_ids)})
        return set(cursor.fetchall())


def compare(first: int, second: int) -> Comparison | None:
    """Two persons by what decides whether they are one; None where one of them is not there."""
    types = [type_ for type_, rule in merge_rules().items() if rule.one_each]
    two = candidates([first, second], types)
    if len(two) < 2:
        return None
    every = candidates([first, second], list(IdentityType))
    apart = any(
        {one, other} & two[first].profiles and {one, other} & two[second].profiles
        for one, other in told_apart([*two[first].profiles, *two[second].profiles])
    )
    return Comparison(
        first_id=first,
        second_id=second,
        shared=tuple(sorted(every[first].own & every[second].own)),
        differing=tuple(differing(two[first], two[second])),
        told_apart=apart,
        keep=older(two.values()),
    )
