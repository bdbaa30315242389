"""What time alone changes, and what figures do: looked at each minute, only those who may have changed."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from django.db import OperationalError, connection, transaction
from django.db.models import F, Q
from psycopg import errors

from regulars.analytics import queries as figures
from regulars.analytics import services as analytics
from regulars.customers import queries as customers
from regulars.customers.services.holding import hold_persons
from regulars.segments import locks
from regulars.segments.compiling import Statement
from regulars.segments.models import Segment
from regulars.segments.queries.differing import SECONDS_MAX, differing
from regulars.segments.queries.live import Knowledge, Live, any_live, knowledge, live, meaning_of
from regulars.segments.services.building import building_ids, look_at_pending
from regulars.segments.services.defining import begin_building
from regulars.segments.services.jobs import wake
from regulars.segments.services.looking import THE_CONDITIONS_FAULT, look_again, profiles_of
from regulars.segments.services.telling import add_to_counts, count_up, tell
from regulars.segments.types import Kind, State

logger = logging.getLogger(__name__)

MARKS_MAX = 1_000_000
PORTION = 1_000
"""People looked at in one transaction; most of them enter or leave."""
AMONG_MAX = 5_000
"""People asked about in one statement that only reads."""
EVERYBODY_FROM = 20_000
EVERYBODY_SHARE = 5
"""Where more than that, and more than one of so many, may have changed, one look at everybody is the shorter
way: it takes a fifth of the time for each, since it needs no index."""
FORGET_MAX = 20_000
STATIC_PATIENCE = timedelta(hours=1)
"""A static segment that is not written by then was left by a process that died."""
HISTORY = timedelta(hours=1)
"""So long after somebody's history was brought in, what time and figures change is told as backfill."""

_BROUGHT_IN = """
SELECT p.id FROM unnest(%s::bigint[]) AS p(id) WHERE EXISTS (
    SELECT FROM events AS e WHERE e.profile_id = p.id AND e.backfill AND e.received_at > %s
)
"""


_SIZE = "SELECT reltuples::bigint FROM pg_class WHERE oid = 'customers_person'::regclass"
"""About how many people there are; -1 where nobody has counted yet."""


@dataclass(frozen=True, slots=True)
class _Outlook:
    """What holds for all segments of a tick: the customers' own time zones, and how many people are many."""

    zones: list[str]
    many: int


def tick(*, now: datetime, limit: int) -> int:
    """Bring all live segments up to `now`: who changed by time alone, and whose figures are others.

    Outside of transactions. Wakes the worker for segments whose building was left. Gives `limit` where
    there may be more marks of changed figures, else how many segments were looked at, at most.
    """
    for segment_id in building_ids(limit):
        wake(segment_id)
    _give_up(now)
    marks = figures.changed_persons(MARKS_MAX)
    looked = 0
    if any_live():
        looked = _tick(marks, now)
    for start in range(0, len(marks.mark_ids), FORGET_MAX):
        analytics.forget_changed(marks.mark_ids[start : start + FORGET_MAX])
    return limit if len(marks.mark_ids) == MARKS_MAX else min(looked, limit - 1)


def _tick(marks: figures.ChangedPersons, now: datetime) -> int:
    _begin(now)
    known, outlook = knowledge(), _outlook()
    scored = marks.figures | marks.more
    looked, done = 0, []
    segments = live(known)
    _fail_others({segment.id for segment in segments})
    for segment in segments:
        marked = scored if segment.compiled.by_figures else marks.more
        if not segment.is_ready:
            _look_at(segment.id, sorted(marked), known, now, AMONG_MAX)
        elif meaning_of(segment.compiled) != segment.meaning:
            _build_anew(segment)
        elif (found := _brought_up(segment, marked, known, outlook, now)) is not None:
            looked += found
            done.append(segment.id)
    _end(done)
    return looked


@transaction.atomic
def _begin(now: datetime) -> None:
    """From here on nobody is looked at as of an earlier moment, and all who were can be seen."""
    locks.while_defining()
    ready = Segment.objects.filter(kind=Kind.LIVE.value, state=State.READY.value)
    ready.filter(Q(ticking_to=None) | Q(ticking_to__lt=now)).update(ticking_to=now)


@transaction.atomic
def _end(segment_ids: Collection[int]) -> None:
    """Time has been considered for these up to where it was to be."""
    locks.lock_counts(segment_ids)  # in the order in which readers lock them
    Segment.objects.filter(pk__in=segment_ids, state=State.READY.value).update(
        ticked_at=F("ticking_to"), true_at=F("ticking_to")
    )


def _outlook() -> _Outlook:
    with connection.cursor() as cursor:
        cursor.execute(_SIZE)
        (people,) = cursor.fetchone()
    return _Outlook(customers.zones_of_customers(), max(EVERYBODY_FROM, people // EVERYBODY_SHARE))


def _brought_up(
    segment: Live, marked: Collection[int], known: Knowledge, outlook: _Outlook, now: datetime
) -> int | None:
    """How many were not as they should be; None: the segment failed, or was left by its readers."""
    try:
        differ = _differing(segment, marked, outlook)
    except (OperationalError, *THE_CONDITIONS_FAULT) as error:
        if isinstance(error, OperationalError) and not isinstance(error.__cause__, errors.QueryCanceled):
            raise
        _fail(segment, error)
        return None
    while look_at_pending(segment.id, now=now):
        pass  # left by a building that died when all but these were looked at
    return _look_at(segment.id, differ, known, now, PORTION)


def _differing(segment: Live, marked: Collection[int], outlook: _Outlook) -> list[int]:
    """Who is in the segment and should not be, or the other way round, among those who may have changed."""
    if segment.at is None or segment.ticked_at is None:
        return []
    candidates = set(marked)
    may_have = None
    if segment.ticked_at < segment.at:
        may_have = segment.compiled.may_have_changed(segment.ticked_at, segment.at, outlook.zones)
    if may_have is not None and len(candidates) <= outlook.many:
        candidates |= _some(may_have, outlook.many)
    if len(candidates) > outlook.many:
        come, go = differing(segment.id, segment.compiled.everybody(segment.at))
        return sorted([*come, *go])
    found: list[int] = []
    for some in _portions(sorted(candidates), AMONG_MAX):
        profiles = profiles_of(some)
        among = segment.compiled.among(segment.at, list(profiles), list(chain(*profiles.values())))
        come, go = differing(segment.id, among, within=some)
        found += [*come, *go]
    return sorted(found)


def _some(statement: Statement, many: int) -> set[int]:
    """Who is found, as long as these are not too many: else one more than that."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{SECONDS_MAX}s'")
        query = f"SELECT person_id FROM ({statement.query}) AS found LIMIT {many + 1}"  # noqa: S608
        cursor.execute(query, statement.params)
        return {person_id for (person_id,) in cursor.fetchall()}


def _look_at(segment_id: int, persons: Sequence[int], known: Knowledge, now: datetime, portion: int) -> int:
    return sum(_look(segment_id, some, known, now) for some in _portions(persons, portion))


@transaction.atomic
def _look(segment_id: int, persons: Sequence[int], known: Knowledge, now: datetime) -> int:
    """Look again at some, who are held now; says how many passed."""
    profiles = profiles_of(hold_persons(persons))
    locks.while_looking()
    passed = look_again(live(known), {segment_id: persons}, profiles, now=now)
    if passed:
        old = _brought_in(profiles, now)
        tell([one for one in passed if one.person_id not in old], profiles, now=now)
        tell([one for one in passed if one.person_id in old], profiles, now=now, backfill=True)
        add_to_counts(count_up(passed), now=now, told=True)
    return len(passed)


def _brought_in(profiles: Mapping[int, Sequence[int]], now: datetime) -> set[int]:
    """Whose history was brought in lately: it may be that, and not something of today, which shows now."""
    whose = {profile_id: person for person, theirs in profiles.items() for profile_id in theirs}
    with connection.cursor() as cursor:
        cursor.execute(_BROUGHT_IN, [sorted(whose), now - HISTORY])
        return {whose[profile_id] for (profile_id,) in cursor.fetchall()}


@transaction.atomic
def _build_anew(segment: Live) -> None:
    locks.while_defining()
    if Segment.objects.filter(pk=segment.id, revision=segment.revision, state=State.READY.value).exists():
        begin_building(segment.id)


@transaction.atomic
def _fail(segment: Live, error: Exception) -> None:
    locks.while_defining()
    logger.warning("segment %s cannot be kept true: %s", segment.id, type(error).__name__)
    Segment.objects.filter(pk=segment.id, revision=segment.revision, state=State.READY.value).update(
        state=State.FAILED.value
    )


def _fail_others(kept: Collection[int]) -> None:
    """Those whose condition names what is no longer there: nobody can be looked at for them."""
    ready = Segment.objects.filter(kind=Kind.LIVE.value, state=State.READY.value)
    if ready.exclude(pk__in=kept).exists():
        with transaction.atomic():
            locks.while_defining()
            there = [one.id for one in live(knowledge())]
            ready.exclude(pk__in=there).update(state=State.FAILED.value)


def _give_up(now: datetime) -> None:
    """Static segments that a process left half written."""
    left = Segment.objects.filter(kind=Kind.STATIC.value, state=State.BUILDING.value)
    left.filter(created_at__lt=now - STATIC_PATIENCE).update(state=State.FAILED.value)


def _portions(items: Sequence[int], size: int) -> list[Sequence[int]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
