"""What becomes of memberships when persons become one, or are two again; in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from regulars.customers.registry import Moved
from regulars.segments import locks
from regulars.segments.models import Segment
from regulars.segments.services.looking import pend
from regulars.segments.services.telling import add_to_counts
from regulars.segments.types import Kind, State

# Who is kept is in whatever one of them was in; nobody enters or leaves by that. Of several the row that
# is oldest stays.
_MERGE = """
WITH pairs AS (SELECT * FROM unnest(%s::bigint[], %s::bigint[]) AS t(old, new)),
theirs AS (
    SELECT m.id, m.segment_id, m.since, pairs.old, pairs.new,
           row_number() OVER (PARTITION BY m.segment_id, pairs.new ORDER BY m.since, m.id) > 1
           OR EXISTS (SELECT FROM segments_member AS k
                      WHERE k.segment_id = m.segment_id AND k.person_id = pairs.new) AS was_in
    FROM segments_member AS m JOIN pairs ON m.person_id = pairs.old
), kept_in_mind AS (
    INSERT INTO segments_mergedmember (segment_id, gone_id, since, was_in)
    SELECT segment_id, old, since, was_in FROM theirs
    ON CONFLICT (gone_id, segment_id) DO UPDATE SET since = excluded.since, was_in = excluded.was_in
), handed_on AS (
    UPDATE segments_member AS m SET person_id = theirs.new FROM theirs
    WHERE m.id = theirs.id AND NOT theirs.was_in
), gone AS (
    DELETE FROM segments_member AS m USING theirs WHERE m.id = theirs.id AND theirs.was_in
    RETURNING m.segment_id
)
SELECT segment_id, 0, count(*) FROM gone GROUP BY segment_id
"""
# Where people are kept true, the log's reader decides about the one who had the others' profiles.
_UNMERGE = """
WITH pairs AS (SELECT * FROM unnest(%s::bigint[], %s::bigint[]) AS t(old, new)),
remembered AS (
    DELETE FROM segments_mergedmember AS r USING pairs WHERE r.gone_id = pairs.new
    RETURNING r.segment_id, r.gone_id, r.since, r.was_in, pairs.old
), theirs AS (
    SELECT remembered.*, s.kind FROM remembered JOIN segments_segment AS s ON s.id = remembered.segment_id
    WHERE s.kind <> %s OR s.state <> %s
), came AS (
    INSERT INTO segments_member (segment_id, person_id, since)
    SELECT segment_id, gone_id, since FROM theirs ON CONFLICT DO NOTHING RETURNING segment_id
), gone AS (
    DELETE FROM segments_member AS m USING theirs
    WHERE theirs.kind <> %s AND NOT theirs.was_in
      AND m.segment_id = theirs.segment_id AND m.person_id = theirs.old
    RETURNING m.segment_id
)
SELECT segment_id, sum(came), sum(gone) FROM (
    SELECT segment_id, 1 AS came, 0 AS gone FROM came UNION ALL SELECT segment_id, 0, 1 FROM gone
) AS t GROUP BY segment_id
"""


def persons_moved(moved: Sequence[Moved], now: datetime) -> None:
    """The merge step: memberships go with the profiles, and come back with them.

    Nothing is told. That the persons merged is an event, and its reader looks whether the conditions of
    live segments hold of them.
    """
    if not moved:
        return
    locks.while_looking()
    building = Segment.objects.filter(kind=Kind.LIVE.value, state=State.BUILDING.value)
    if ids := list(building.values_list("pk", flat=True)):
        pend(ids, {person for one in moved for person in (one.old, one.new)})
    changes = _run(_MERGE, [one for one in moved if one.merged], [])
    live, archived = Kind.LIVE.value, State.ARCHIVED.value
    for segment_id, (came, went) in _run(
        _UNMERGE, [one for one in moved if not one.merged], [live, archived, live]
    ).items():
        before = changes.get(segment_id, (0, 0))
        changes[segment_id] = (before[0] + came, before[1] + went)
    add_to_counts(changes, now=now, told=False)


def _run(statement: str, moved: Sequence[Moved], values: list[str]) -> dict[int, tuple[int, int]]:
    if not moved:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(statement, [[one.old for one in moved], [one.new for one in moved], *values])
        return {id_: (int(came), int(gone)) for id_, came, gone in cursor.fetchall()}
