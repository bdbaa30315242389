"""Finding all people of a segment: read in one statement that holds nobody back, written in portions.

Whoever is touched meanwhile is noted (`Pending`) by those who would look at them, and is looked at before
the segment is ready. So it is right when it says so, however long it took.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import F
from psycopg import errors

from regulars.customers.services.holding import hold_persons
from regulars.events import services as events
from regulars.kit.locks import Space, alone
from regulars.segments import locks
from regulars.segments.errors import SegmentProblem
from regulars.segments.models import Pending, Segment
from regulars.segments.queries.differing import differing
from regulars.segments.queries.live import Knowledge, knowledge, live, meaning_of
from regulars.segments.services.looking import THE_CONDITIONS_FAULT, look_again, profiles_of
from regulars.segments.services.telling import add_to_counts, count_up
from regulars.segments.types import Kind, State

logger = logging.getLogger(__name__)

PORTION = 5_000
"""Changes in one transaction."""
PENDING_PORTION = 1_000
ROUNDS_MAX = 20
"""So often others may touch somebody just before the segment is ready; what is left is looked at after."""

_WRITE = """
WITH came AS (
    INSERT INTO segments_member (segment_id, person_id, since)
    SELECT %(segment)s, unnest(%(come)s::bigint[]), %(since)s
    ON CONFLICT DO NOTHING RETURNING 1
), gone AS (
    DELETE FROM segments_member WHERE segment_id = %(segment)s AND person_id = ANY(%(go)s) RETURNING 1
)
SELECT (SELECT count(*) FROM came), (SELECT count(*) FROM gone)
"""
_CLEAR = """
DELETE FROM segments_member WHERE id IN (SELECT id FROM segments_member WHERE segment_id = %s LIMIT %s)
"""
Enough = Callable[[], bool]


class _Outcome(Enum):
    DONE = "done"
    CHANGED = "changed"
    """Its condition was changed, or it was put away, while it was built."""
    LEFT = "left"
    """There was no more time; it goes on where it is."""


def build(*, segment_id: int, now: datetime, enough: Enough = lambda: False) -> bool:
    """Find the people of a segment that waits for it, or remove those of one that was put away.

    Outside of transactions, by the worker. False where another worker is at it. One that dies is followed
    by another (`tick`), which writes what is missing. A segment whose people cannot be found fails.
    """
    with alone(Space.SEGMENTS, str(segment_id)) as mine:
        if not mine:
            return False
        while (row := Segment.objects.filter(pk=segment_id).first()) and not enough():
            if row.state == State.ARCHIVED.value and row.kind == Kind.LIVE.value:
                _clear(row, now)
                break
            if row.state != State.BUILDING.value or row.kind == Kind.STATIC.value:
                break
            if _build_or_fail(row, now, enough) is not _Outcome.CHANGED:
                break
    return True


def building_ids(limit: int) -> list[int]:
    """Segments that wait for the worker."""
    waiting = Segment.objects.filter(state=State.BUILDING.value).exclude(kind=Kind.STATIC.value)
    put_away = Segment.objects.filter(state=State.ARCHIVED.value, kind=Kind.LIVE.value, members__gt=0)
    return [*waiting.values_list("pk", flat=True)[:limit], *put_away.values_list("pk", flat=True)[:limit]]


def _build_or_fail(row: Segment, now: datetime, enough: Enough) -> _Outcome:
    try:
        return _build(row, now, enough)
    except (SegmentProblem, *THE_CONDITIONS_FAULT) as error:
        _fail(row, error)
    except OperationalError as error:
        if not isinstance(error.__cause__, errors.QueryCanceled):
            raise
        _fail(row, error)
    return _Outcome.DONE


def _build(row: Segment, now: datetime, enough: Enough) -> _Outcome:
    at = row.created_at if row.kind == Kind.FROZEN.value else now
    known = knowledge()
    compiled = known.compiled(row.condition)
    come, go = differing(row.pk, compiled.everybody(at))
    mine = Segment.objects.filter(pk=row.pk, revision=row.revision, state=State.BUILDING.value)
    mine.update(to_write=len(come) + len(go), written=0)
    for some, others in _portions(come, go):
        if enough():
            return _Outcome.LEFT
        if not _write(row, some, others, at, known):
            return _Outcome.CHANGED
    for rounds in range(ROUNDS_MAX + 1):
        while look_at_pending(row.pk, now=at):
            if enough():
                return _Outcome.LEFT
        if outcome := _finish(row, at, meaning_of(compiled), is_patient=rounds < ROUNDS_MAX):
            break
    while look_at_pending(row.pk, now=at):
        pass
    return outcome or _Outcome.DONE


def _portions(come: Sequence[int], go: Sequence[int]) -> list[tuple[Sequence[int], Sequence[int]]]:
    leaving = [((), go[n : n + PORTION]) for n in range(0, len(go), PORTION)]
    return leaving + [(come[n : n + PORTION], ()) for n in range(0, len(come), PORTION)]


@transaction.atomic
def _write(row: Segment, come: Sequence[int], go: Sequence[int], at: datetime, known: Knowledge) -> bool:
    """One portion; False where the segment is no longer what is being built."""
    with events.only_backfill():
        others = [one for one in live(known) if row.pk in one.compiled.by_segments]
        held = hold_persons([*come, *go]) if others else set()
        locks.while_looking()
        if not _is_current(row):
            return False
        with connection.cursor() as cursor:
            values: dict[str, Any] = {"segment": row.pk, "come": list(come), "go": list(go), "since": at}
            cursor.execute(_WRITE, values)
            came, went = cursor.fetchone()
        changes = {row.pk: (came, went)}
        if others:  # those that name this one follow at once
            profiles = profiles_of(held)
            passed = look_again(live(known), {}, profiles, now=at, changed={row.pk: [*come, *go]})
            changes |= count_up(passed)
        add_to_counts(changes, now=at, told=False)
        Segment.objects.filter(pk=row.pk).update(written=F("written") + len(come) + len(go))
    return True


def look_at_pending(segment_id: int, *, now: datetime) -> int:
    """Look again at some who were touched while a segment was built; says how many there were."""
    waiting = dict(
        Pending.objects.filter(segment_id=segment_id)
        .order_by("id")
        .values_list("id", "person_id")[:PENDING_PORTION]
    )
    if not waiting:
        return 0
    with transaction.atomic(), events.only_backfill():
        profiles = profiles_of(hold_persons(waiting.values()))
        locks.while_looking()
        segments = [replace(one, is_ready=True) if one.id == segment_id else one for one in live(knowledge())]
        passed = look_again(segments, {segment_id: set(waiting.values())}, profiles, now=now)
        Pending.objects.filter(pk__in=waiting).delete()
        add_to_counts(count_up(passed), now=now, told=False)
    return len(waiting)


@transaction.atomic
def _finish(row: Segment, at: datetime, meaning: str, *, is_patient: bool) -> _Outcome | None:
    """Say that it is ready, unless somebody was touched meanwhile; None: look at these first."""
    locks.while_defining()
    if not _is_current(row):
        return _Outcome.CHANGED
    if is_patient and Pending.objects.filter(segment_id=row.pk).exists():
        return None
    Segment.objects.filter(pk=row.pk).update(
        state=State.READY.value,
        ticked_at=at,
        ticking_to=at,
        true_at=at,
        to_write=None,
        written=0,
        meaning=meaning,
    )
    return _Outcome.DONE


def _is_current(row: Segment) -> bool:
    return Segment.objects.filter(pk=row.pk, revision=row.revision, state=State.BUILDING.value).exists()


@transaction.atomic
def _fail(row: Segment, error: Exception) -> None:
    locks.while_defining()
    if _is_current(row):
        # Its condition may hold what somebody typed in: only the kind of the mistake is told.
        logger.warning("the people of segment %s cannot be found: %s", row.pk, type(error).__name__)
        Segment.objects.filter(pk=row.pk).update(state=State.FAILED.value, to_write=None, written=0)
        Pending.objects.filter(segment_id=row.pk).delete()


def _clear(row: Segment, now: datetime) -> None:
    """Remove everybody from a segment that was put away, a portion at a time."""
    while True:
        with transaction.atomic(), events.only_backfill(), connection.cursor() as cursor:
            locks.while_looking()
            if not Segment.objects.filter(pk=row.pk, state=State.ARCHIVED.value).exists():
                return
            cursor.execute(_CLEAR, [row.pk, PORTION])
            gone = cursor.rowcount
            add_to_counts({row.pk: (0, gone)}, now=now, told=False)
        if gone < PORTION:
            return
