"""Looking at people again: who fulfils a condition by now enters its segment, who no longer does leaves.

The one place where the people of live segments change, but for building. Whoever calls holds the persons
and `locks.while_looking`, so that of two who look at somebody the later one sees all that the earlier saw.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import (
    DataError,
    InternalError,
    NotSupportedError,
    ProgrammingError,
    connection,
    transaction,
)

from regulars.segments.models import Segment
from regulars.segments.queries.live import Live
from regulars.segments.types import State

logger = logging.getLogger(__name__)

THE_CONDITIONS_FAULT = (DataError, InternalError, NotSupportedError, ProgrammingError)
"""Whatever else may go wrong is nobody's fault, and is tried again."""

_DIFFER = """
WITH looked AS (SELECT unnest(%(looked)s::bigint[]) AS person_id),
wanted AS MATERIALIZED ({query}),
gone AS (
    DELETE FROM segments_member AS m USING looked
    WHERE m.segment_id = %(segment)s AND m.person_id = looked.person_id
      AND NOT EXISTS (SELECT FROM wanted WHERE wanted.person_id = m.person_id)
    RETURNING m.id, m.person_id
), came AS (
    INSERT INTO segments_member (segment_id, person_id, since)
    SELECT %(segment)s, person_id, %(since)s FROM wanted WHERE NOT EXISTS (
        SELECT FROM segments_member AS m
        WHERE m.segment_id = %(segment)s AND m.person_id = wanted.person_id
    ) ORDER BY person_id
    ON CONFLICT DO NOTHING
    RETURNING id, person_id
)
SELECT %(segment)s, id, person_id, true FROM came UNION ALL SELECT %(segment)s, id, person_id, false FROM gone
"""
_PEND = """
INSERT INTO segments_pending (segment_id, person_id)
SELECT s.id, p.id FROM unnest(%s::bigint[]) AS s(id), unnest(%s::bigint[]) AS p(id)
"""
_PROFILES = """
SELECT person_id, profile_id FROM facts_profiles WHERE person_id = ANY(%s) ORDER BY known DESC, profile_id
"""


class Passed(NamedTuple):
    """That somebody entered a segment, or left it; `member_id` names the occasion."""

    segment_id: int
    member_id: int
    person_id: int
    entered: bool


def profiles_of(person_ids: Collection[int]) -> dict[int, list[int]]:
    """The profiles of persons who are held; the oldest known first, devices last."""
    found: dict[int, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_PROFILES, [sorted(person_ids)])
        for person_id, profile_id in cursor.fetchall():
            found.setdefault(person_id, []).append(profile_id)
    return found


def look_again(
    live: Sequence[Live],
    asked: Mapping[int, Collection[int]],
    profiles: Mapping[int, Sequence[int]],
    *,
    now: datetime,
    changed: Mapping[int, Collection[int]] | None = None,
) -> list[Passed]:
    """Look at persons for segments, and at those who passed for the segments that name these.

    `live`: all of them, in order. `asked`: persons by segment; who is not in `profiles` is gone and leaves.
    `changed`: who entered or left segments already in this transaction. For segments that are being built
    it is noted who has to be looked at again. A segment whose condition cannot be evaluated fails by
    itself and keeps its people.
    """
    try:
        with transaction.atomic():
            return _look(live, asked, profiles, now, dict(changed or {}))
    except THE_CONDITIONS_FAULT:
        return _look(live, asked, profiles, now, dict(changed or {}), apart=True)


def _look(
    live: Sequence[Live],
    asked: Mapping[int, Collection[int]],
    profiles: Mapping[int, Sequence[int]],
    now: datetime,
    changed: dict[int, Collection[int]],
    *,
    apart: bool = False,
) -> list[Passed]:
    passed: list[Passed] = []
    pending: dict[int, set[int]] = {}
    for segment in live:
        persons = set(asked.get(segment.id, ()))
        persons.update(*(changed.get(other, ()) for other in segment.compiled.by_segments))
        if not persons:
            continue
        if not segment.is_ready:
            pending[segment.id] = persons
            continue
        found = _apart(segment, persons, profiles, now) if apart else _differ(segment, persons, profiles, now)
        changed[segment.id] = {*changed.get(segment.id, ()), *(one.person_id for one in found)}
        passed += found
    for segment_id, persons in pending.items():
        pend([segment_id], persons)
    return passed


def _differ(
    segment: Live, persons: Collection[int], profiles: Mapping[int, Sequence[int]], now: datetime
) -> list[Passed]:
    at = max(now, segment.at) if segment.at else now
    there = [person for person in sorted(persons) if person in profiles]
    statement = segment.compiled.among(at, there, [one for person in there for one in profiles[person]])
    values: dict[str, Any] = {"looked": sorted(persons), "segment": segment.id, "since": at}
    with connection.cursor() as cursor:
        cursor.execute(_DIFFER.replace("{query}", statement.query), values | statement.params)
        return [Passed._make(row) for row in cursor.fetchall()]


def _apart(
    segment: Live, persons: Collection[int], profiles: Mapping[int, Sequence[int]], now: datetime
) -> list[Passed]:
    try:
        with transaction.atomic():
            return _differ(segment, persons, profiles, now)
    except THE_CONDITIONS_FAULT as error:
        # Its condition may hold what somebody typed in: only the kind of the mistake is told.
        logger.warning("segment %s cannot be kept true: %s", segment.id, type(error).__name__)
        Segment.objects.filter(pk=segment.id, revision=segment.revision).update(state=State.FAILED.value)
        return []


def pend(segment_ids: Collection[int], person_ids: Collection[int]) -> None:
    """Have persons looked at again before segments that are being built are ready."""
    with connection.cursor() as cursor:
        cursor.execute(_PEND, [sorted(segment_ids), sorted(person_ids)])
