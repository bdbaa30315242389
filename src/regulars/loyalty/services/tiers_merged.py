"""What becomes of tiers when persons become one, or are two again; in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from regulars.customers.registry import Moved
from regulars.kit import sql
from regulars.loyalty.queries.programme import current_anew
from regulars.loyalty.services.tiers import PERSONS_MAX, reckon_tiers

# All rows of all who moved, in one order, so that nobody waits in a circle.
_LOCK = """
SELECT person_id FROM loyalty_tierstanding WHERE person_id = ANY(%s) ORDER BY person_id FOR NO KEY UPDATE
"""
_MAKE = """
INSERT INTO loyalty_tierstanding (person_id) SELECT k.id FROM unnest(%s::bigint[]) AS k (id)
WHERE EXISTS (SELECT FROM loyalty_tierstanding AS s WHERE s.person_id = ANY(%s))
ORDER BY k.id ON CONFLICT DO NOTHING
"""
# What who is no more had at some time is as if whoever they are now had had it.
_LEND = """
WITH pairs AS (SELECT * FROM unnest(%(old)s::bigint[], %(new)s::bigint[]) AS t (old, new)),
had AS (
    SELECT person_id, tier, since, until FROM loyalty_tierheld WHERE person_id = ANY(%(old)s)
    UNION ALL
    SELECT person_id, tier, since, least(ends_at, %(now)s) FROM loyalty_tierstanding
    WHERE person_id = ANY(%(old)s) AND merged_into IS NULL AND tier <> '' AND since < least(ends_at, %(now)s)
)
INSERT INTO loyalty_tierheld (person_id, tier, since, until, lent_by)
SELECT pairs.new, had.tier, had.since, had.until, pairs.old FROM pairs JOIN had ON had.person_id = pairs.old
"""
# Several may become one at once: the best of them is what they all have.
_MERGE = """
WITH pairs AS (SELECT * FROM unnest(%(old)s::bigint[], %(new)s::bigint[]) AS t (old, new)),
best AS (
    SELECT DISTINCT ON (pairs.new) pairs.new, s.*
    FROM pairs JOIN loyalty_tierstanding AS s ON s.person_id = pairs.old AND s.merged_into IS NULL
    ORDER BY pairs.new, coalesce(array_position(%(keys)s::text[], s.tier), 0) DESC,
             s.ends_at DESC NULLS FIRST, s.person_id
), gone AS (
    UPDATE loyalty_tierstanding AS s SET merged_into = pairs.new FROM pairs WHERE s.person_id = pairs.old
), raised AS (
    UPDATE loyalty_tierstanding AS s
    SET tier = best.tier, since = best.since, ends_at = best.ends_at, lent_by = best.person_id
    FROM best
    WHERE s.person_id = best.new
      AND (coalesce(array_position(%(keys)s::text[], best.tier), 0),
           coalesce(best.ends_at, 'infinity'::timestamptz))
          > (coalesce(array_position(%(keys)s::text[], s.tier), 0),
             coalesce(s.ends_at, 'infinity'::timestamptz))
      AND best.tier <> ''
    RETURNING s.person_id
)
INSERT INTO loyalty_tierheld (person_id, tier, since, until, lent_by)
SELECT was.person_id, was.tier, was.since, least(was.ends_at, %(now)s), was.lent_by
FROM raised JOIN loyalty_tierstanding AS was USING (person_id)  -- as it was before this statement
WHERE was.tier <> '' AND was.since < least(was.ends_at, %(now)s)
"""
# Who goes gets what they had; what was theirs alone is not kept by whoever they were taken for.
_UNMERGE = """
WITH pairs AS (SELECT * FROM unnest(%(old)s::bigint[], %(new)s::bigint[]) AS t (old, new)),
kept AS (
    UPDATE loyalty_tierstanding AS s SET tier = '', since = %(now)s, ends_at = NULL, lent_by = NULL
    FROM pairs WHERE s.person_id = pairs.old AND s.lent_by = pairs.new
), taken AS (
    DELETE FROM loyalty_tierheld AS h USING pairs
    WHERE h.person_id = pairs.old AND h.lent_by = pairs.new
)
UPDATE loyalty_tierstanding AS s SET merged_into = NULL FROM pairs WHERE s.person_id = pairs.new
"""


def tiers_of_moved(moved: Sequence[Moved], now: datetime) -> None:
    """The merge step: the higher tier wins, then both are reckoned by what they bought."""
    persons = sorted({person for one in moved for person in (one.old, one.new)})
    version = current_anew(now)
    if not persons or version is None or version.programme.tiers is None:
        return
    merged = [one for one in moved if one.merged]
    parted = [one for one in moved if not one.merged]
    keys = [tier.key for tier in version.programme.tiers.levels]
    sql.run(_MAKE, [sorted({one.new for one in moved}), persons])
    if not sql.rows(_LOCK, [persons]):
        return  # nobody of them ever bought anything
    for statement, some in ((_LEND, merged), (_MERGE, merged), (_UNMERGE, parted)):
        if some:
            old, new = [one.old for one in some], [one.new for one in some]
            sql.run(statement, {"old": old, "new": new, "keys": keys, "now": now})
    apart = {person for one in parted for person in (one.old, one.new)}
    for some_persons, told in ((set(persons) - apart, True), (apart, False)):
        for start in range(0, len(some_persons), PERSONS_MAX):
            portion = sorted(some_persons)[start : start + PERSONS_MAX]
            reckon_tiers(person_ids=portion, now=now, told=told)
