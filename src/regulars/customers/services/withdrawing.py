"""Taking merges back whose reason turned out to be none: too many people have the value."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import connection
from psycopg.types.json import Jsonb

from regulars.customers.errors import CannotUnmerge
from regulars.customers.locks import lock_persons, lock_profiles_of
from regulars.customers.queries.marks import mark_of
from regulars.customers.queries.merging import merges_in_line, persons_of_merged
from regulars.customers.services.unmerging import separate
from regulars.customers.types import IdentityType

# Each by the index on what merges by rule are because of.
_BECAUSE = """
SELECT DISTINCT m.kept_id FROM unnest(%s::jsonb[]) AS asked(because)
CROSS JOIN LATERAL (
    SELECT kept_id FROM customers_merge AS m
    WHERE m.because @> asked.because AND m.undone_at IS NULL AND m.by_id IS NULL
) AS m
"""


def withdraw(
    values: Sequence[tuple[IdentityType, str]],
    *,
    now: datetime,
    backfill: bool,
    among: Collection[int] | None = None,
) -> list[int]:
    """Take apart all who became one by rule because of one of these values, among others.

    Gives their profiles: who of them belongs together for another reason is for the caller to find. What
    colleagues merged stays so. `among`: only these persons, whom the caller has locked.
    """
    wanted = [Jsonb({type_.value: mark_of(type_.value, value)}) for type_, value in values]
    with connection.cursor() as cursor:
        cursor.execute(_BECAUSE, [wanted])
        kept = [id_ for (id_,) in cursor.fetchall()]
    if not kept:
        return []
    concerned = set(persons_of_merged(kept).values())
    persons = lock_persons(concerned) if among is None else concerned & set(among)
    loose = sorted(lock_profiles_of(persons))
    for merge_id, is_by_rule in merges_in_line(persons):
        if is_by_rule:
            try:
                separate(merge_id, now=now, user_id=None, backfill=backfill)
            except CannotUnmerge:
                continue  # nothing of one of the two is left
    return loose
