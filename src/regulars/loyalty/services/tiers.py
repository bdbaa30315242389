"""Reckoning who has which tier: many people at once, from what they bought as it stands.

Nothing here asks what changed, so it may be repeated and told in any order. Whoever is reckoned has their
row locked, in the order of persons, after wallets and before the log; what they bought is read after that.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from regulars.kit import sql
from regulars.loyalty.queries.measuring import asked_sql, measured_sql, measuring_values
from regulars.loyalty.queries.programme import current_anew
from regulars.loyalty.services.telling_of_tiers import Passed, tell
from regulars.loyalty.types import Programme
from regulars.loyalty.types.events import Caused
from regulars.loyalty.types.tiers import Tiers

PERSONS_MAX = 5_000
"""Most people in one transaction: an open write holds the readers of the log back."""
_AGAIN = timedelta(hours=1)
"""Who is due and stays as they were, for midnight came twice, is looked at again after that."""

_PERSONS = "SELECT DISTINCT person_id FROM facts_profiles WHERE profile_id = ANY(%s)"
_MAKE = """
INSERT INTO loyalty_tierstanding (person_id)
SELECT p.person_id FROM unnest(%s::bigint[]) AS p (person_id)
WHERE NOT EXISTS (SELECT FROM loyalty_tierstanding AS s WHERE s.person_id = p.person_id)
ORDER BY p.person_id
ON CONFLICT DO NOTHING
"""
_MAKE_OF_BUYERS = """
INSERT INTO loyalty_tierstanding (person_id)
SELECT DISTINCT p.person_id FROM facts_profiles AS p
WHERE p.person_id = ANY(%s)
  AND NOT EXISTS (SELECT FROM loyalty_tierstanding AS s WHERE s.person_id = p.person_id)
  AND EXISTS (SELECT FROM facts_orders AS o WHERE o.profile_id = p.profile_id)
ORDER BY p.person_id
ON CONFLICT DO NOTHING
"""
_LOCK = """
SELECT person_id FROM loyalty_tierstanding WHERE person_id = ANY(%s) AND merged_into IS NULL
ORDER BY person_id FOR NO KEY UPDATE
"""
_THEIRS = """
SELECT s.* FROM loyalty_tierstanding AS s WHERE s.person_id = ANY(%(persons)s) AND s.merged_into IS NULL
"""
# The number of a tier is its place among the levels, 0 is none; a tier that is no more is none too.
_NAMED = """
WITH {asked}, {measured},
fitted AS (
    SELECT m.*, width_bucket(m.measures, %(levels)s::bigint[]) AS fit,
           coalesce(array_position(%(keys)s::text[], m.tier), 0) AS was
    FROM measured AS m
), decided AS (
    SELECT f.*,
           CASE WHEN fit >= was OR ends_at <= %(now)s THEN fit ELSE was END AS has,
           CASE WHEN fit >= was OR ends_at <= %(now)s THEN NULL ELSE coalesce(ends_at, kept_until) END AS ends
    FROM fitted AS f
), named AS (
    SELECT d.person_id, d.tier AS before, d.fits AS fitted, d.measured_minor, d.ends_at AS ended, d.due_at,
           d.measures, d.was, d.has, d.ends, d.since AS began, d.lent_by,
           coalesce((%(keys)s::text[])[d.has], '') AS tier, coalesce((%(keys)s::text[])[d.fit], '') AS fits,
           least(CASE WHEN d.next_at <= %(now)s THEN %(now)s + %(again)s ELSE d.next_at END, d.ends) AS due
    FROM decided AS d
)
"""
_DIFFERING = (
    _NAMED
    + """
SELECT person_id FROM named
WHERE (before, fitted, measured_minor, ended, due_at) IS DISTINCT FROM (tier, fits, measures, ends, due)
"""
)
_RECKON = (
    _NAMED  # noqa: S608 (a part of ours)
    + """
, changed AS (
    UPDATE loyalty_tierstanding AS s
    SET tier = n.tier, fits = n.fits, measured_minor = n.measures, ends_at = n.ends, due_at = n.due,
        since = CASE WHEN n.tier <> n.before THEN %(now)s ELSE s.since END,
        lent_by = CASE WHEN n.tier <> n.before THEN NULL ELSE s.lent_by END
    FROM named AS n
    WHERE s.person_id = n.person_id
      AND (s.tier, s.fits, s.measured_minor, s.ends_at, s.due_at)
          IS DISTINCT FROM (n.tier, n.fits, n.measures, n.ends, n.due)
    RETURNING n.person_id, n.before, n.tier, n.fits, n.measures, n.was, n.has, n.ended, n.ends,
              n.began, n.lent_by
), held AS (
    INSERT INTO loyalty_tierheld (person_id, tier, since, until, lent_by)
    SELECT person_id, before, began, least(ended, %(now)s), lent_by FROM changed
    WHERE before NOT IN ('', tier) AND began < least(ended, %(now)s)
)
SELECT person_id, before, tier, fits, measures, was, has, ends FROM changed
WHERE was <> has OR (ends IS NOT NULL AND ended IS NULL)
ORDER BY person_id
"""
)


@transaction.atomic
def reckon_tiers(
    *,
    now: datetime,
    profile_ids: Collection[int] = (),
    person_ids: Collection[int] = (),
    caused: Mapping[int, Caused] | None = None,
    told: bool = True,
) -> int:
    """Have these people the tier that fits what they bought; gives of how many it became another.

    Up at once; who falls short is told until when they keep what they have. `told` False: going up is not
    told, for it was the programme that changed and not the customer. Nothing where the programme of now has
    no tiers. Raises ValueError above PERSONS_MAX people.
    """
    version = current_anew(now)
    if version is None or version.programme.tiers is None:
        return 0
    persons = set(person_ids)
    if profile_ids:
        persons |= set(sql.column(_PERSONS, [sorted(set(profile_ids))]))
    if len(persons) > PERSONS_MAX:
        raise ValueError(f"{len(persons)} people to reckon; the most is {PERSONS_MAX}")
    if not persons:
        return 0
    wanted = sorted(persons)
    sql.run(_MAKE, [wanted])
    passed = _reckon(wanted, version.programme, version.programme.tiers, now)
    tell(passed, version.programme.tiers, now=now, caused=caused or {}, ups=told)
    return sum(one.was != one.has for one in passed)


def reckon_page(is_new: Mapping[int, bool], programme: Programme, *, now: datetime, told: bool) -> None:
    """The same of anybody, within a transaction; by person whether they have no row yet.

    Who never bought anything gets none. Most stay as they are, so all are first looked at without holding
    anybody.
    """
    if programme.tiers is not None and is_new:
        if new := [person_id for person_id, without in is_new.items() if without]:
            sql.run(_MAKE_OF_BUYERS, [new])
        differing = [id_ for (id_,) in _asked(_DIFFERING, list(is_new), programme, programme.tiers, now)]
        passed = _reckon(sorted(differing), programme, programme.tiers, now)
        tell(passed, programme.tiers, now=now, caused={}, ups=told)


def _reckon(wanted: Sequence[int], programme: Programme, tiers: Tiers, now: datetime) -> list[Passed]:
    """Lock the rows of these people and reckon them; gives whose tier became another or is about to end."""
    locked = sql.column(_LOCK, [wanted])
    if not locked:
        return []
    return [Passed(*row) for row in _asked(_RECKON, locked, programme, tiers, now)]


def _asked(
    template: str, person_ids: Sequence[int], programme: Programme, tiers: Tiers, now: datetime
) -> list[tuple[Any, ...]]:
    statement = template.format(asked=asked_sql(_THEIRS), measured=measured_sql(tiers))
    values = measuring_values(tiers, programme, now) | {
        "persons": person_ids,
        "levels": [tier.from_minor for tier in tiers.levels],
        "keys": [tier.key for tier in tiers.levels],
        "again": _AGAIN,
    }
    return sql.rows(statement, values)
