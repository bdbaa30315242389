"""Finding who has an address or a number in common with others."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from regulars.customers.models import BlockedIdentity
from regulars.customers.queries.comparing import candidates, told_apart
from regulars.customers.queries.merge_rules import merge_rules
from regulars.customers.rules import Blocked, Candidate, Joining, Shared, people, plan
from regulars.customers.types import IdentityType, Rule

ROWS_MAX = 200
"""So many profiles with a value are looked at; what more have is nobody's own, whatever the rule says."""

_VALUES = """
SELECT DISTINCT i.type, i.value FROM customers_identity AS i
WHERE i.profile_id = ANY(%s) AND i.type = ANY(%s)
"""
# Each branch is answered by the index of its types, whose expression it repeats.
_HAVING = """
WITH asked AS MATERIALIZED (SELECT * FROM unnest(%(types)s::text[], %(values)s::text[]) AS t(type, value)),
holders AS (
    SELECT a.type, a.value, i.profile_id FROM asked AS a CROSS JOIN LATERAL (
        SELECT i.profile_id FROM customers_identity AS i
        WHERE i.type = 'email' AND i.value COLLATE "C" = a.value LIMIT %(most)s
    ) AS i WHERE a.type = 'email'
    UNION ALL
    SELECT a.type, a.value, i.profile_id FROM asked AS a CROSS JOIN LATERAL (
        SELECT i.profile_id FROM customers_identity AS i
        WHERE i.type = 'phone' AND reverse(i.value) COLLATE "C" = reverse(a.value) LIMIT %(most)s
    ) AS i WHERE a.type = 'phone'
    UNION ALL
    SELECT a.type, a.value, i.profile_id FROM asked AS a CROSS JOIN LATERAL (
        SELECT i.profile_id FROM customers_identity AS i
        WHERE i.type NOT IN ('email', 'phone') AND i.type = a.type AND i.value COLLATE "C" = a.value
        LIMIT %(most)s
    ) AS i WHERE a.type NOT IN ('email', 'phone')
)
SELECT h.type, h.value, array_agg(DISTINCT p.person_id), count(*),
    array_agg(p.search_key) FILTER (WHERE p.source <> 'anonymous')
FROM holders AS h JOIN customers_profile AS p ON p.id = h.profile_id
GROUP BY h.type, h.value HAVING count(DISTINCT p.person_id) > 1
"""


@dataclass(frozen=True, slots=True)
class Found:
    """Who becomes one with whom by rule, all who may, and values that too many have."""

    joinings: Sequence[Joining]
    candidates: Mapping[int, Candidate]
    crowded: Sequence[tuple[IdentityType, str]]


_NOTHING = Found((), {}, ())


def found_by_rule(profile_ids: Collection[int]) -> Found:
    """Who becomes one because of what these profiles have in common with any others."""
    rules = merge_rules()
    merging = [type_ for type_, rule in rules.items() if rule.merges]
    values = _own_values(_values(profile_ids, merging))
    shared, crowded = _shared(values, rules)
    if not shared:
        return Found((), {}, crowded) if crowded else _NOTHING
    one_each = [type_ for type_, rule in rules.items() if rule.one_each]
    persons = candidates({id_ for one in shared for id_ in one.persons}, one_each)
    apart = told_apart({profile for person in persons.values() for profile in person.profiles})
    there = [one for one in shared if persons.keys() >= set(one.persons)]
    return Found(plan(there, persons, rules, apart), persons, crowded)


def _values(profile_ids: Collection[int], types: Sequence[IdentityType]) -> list[tuple[IdentityType, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_VALUES, [list(profile_ids), [type_.value for type_ in types]])
        return [(IdentityType(type_), value) for type_, value in cursor.fetchall()]


def _own_values(values: Sequence[tuple[IdentityType, str]]) -> list[tuple[IdentityType, str]]:
    """Without those that are nobody's own."""
    if not values:
        return []
    rows = BlockedIdentity.objects.values_list("type", "value")
    blocked = Blocked([(IdentityType(type_), value) for type_, value in rows])
    return [(type_, value) for type_, value in values if not blocked.has(type_, value)]


def _shared(
    values: Sequence[tuple[IdentityType, str]], rules: Mapping[IdentityType, Rule]
) -> tuple[list[Shared], list[tuple[IdentityType, str]]]:
    """Values that several persons have, and those that too many have."""
    shared, crowded = list[Shared](), list[tuple[IdentityType, str]]()
    if not values:
        return shared, crowded
    with connection.cursor() as cursor:
        cursor.execute(
            _HAVING,
            {
                "types": [type_.value for type_, _ in values],
                "values": [value for _, value in values],
                "most": ROWS_MAX,
            },
        )
        for name, value, persons, rows, names in cursor.fetchall():
            type_ = IdentityType(name)
            if rows >= ROWS_MAX or people(names or ()) > rules[type_].persons_max:
                crowded.append((type_, value))
            else:
                shared.append(Shared(type_, value, tuple(persons)))
    return shared, crowded
