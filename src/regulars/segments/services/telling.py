"""What the log hears of segments, and the numbers of each day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection

from regulars.events import services as events
from regulars.events.types import LoggedEvent, NewEvent
from regulars.segments.locks import lock_counts
from regulars.segments.queries.live import surroundings
from regulars.segments.services.looking import Passed
from regulars.segments.types import SEGMENT_ENTERED, SEGMENT_LEFT

EVENT_SOURCE = "segments"

_COUNT = """
WITH counted AS (
    UPDATE segments_segment AS s SET members = s.members + t.came - t.went
    FROM unnest(%s::bigint[], %s::int[], %s::int[]) AS t(id, came, went)
    WHERE s.id = t.id
    RETURNING s.id, s.members, t.came, t.went
)
INSERT INTO segments_day AS d (segment_id, day, members, entered, "left")
SELECT id, %s, members, came * %s, went * %s FROM counted
ON CONFLICT (segment_id, day) DO UPDATE SET
    members = excluded.members, entered = d.entered + excluded.entered, "left" = d."left" + excluded."left"
"""


class Causes:
    """By which event of theirs somebody entered or left a segment."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, int | None], LoggedEvent] = {}

    def add(self, event: LoggedEvent, person_id: int, segment_id: int | None = None) -> None:
        """The first event counts that a segment asks about, else the first at all."""
        self._found.setdefault((person_id, segment_id), event)

    def of(self, passed: Passed) -> LoggedEvent | None:
        """The one of somebody who passed."""
        person = passed.person_id
        return self._found.get((person, passed.segment_id)) or self._found.get((person, None))


def tell(
    passed: Sequence[Passed],
    profiles: Mapping[int, Sequence[int]],
    *,
    now: datetime,
    causes: Causes | None = None,
    backfill: bool = False,
) -> None:
    """Record that people entered and left, caused by an event of theirs where one is known.

    Of persons who are no more nothing is told.
    """
    told = [
        _event(one, profiles[one.person_id][0], causes.of(one) if causes else None, now)
        for one in passed
        if one.person_id in profiles
    ]
    events.record(told, now=now, backfill=backfill)


def _event(passed: Passed, profile_id: int, cause: LoggedEvent | None, now: datetime) -> NewEvent:
    type_ = SEGMENT_ENTERED if passed.entered else SEGMENT_LEFT
    return NewEvent(
        type=type_,
        source=EVENT_SOURCE,
        key=f"{type_.name}:{passed.member_id}",
        occurred_at=now,
        profile_id=cause.profile_id if cause and cause.profile_id else profile_id,
        properties={"segment_id": passed.segment_id},
        caused=(cause.id, cause.depth) if cause else None,
    )


def count_up(passed: Sequence[Passed]) -> dict[int, tuple[int, int]]:
    """By segment: how many entered, and how many left."""
    came = Counter(one.segment_id for one in passed if one.entered)
    went = Counter(one.segment_id for one in passed if not one.entered)
    return {id_: (came[id_], went[id_]) for id_ in came.keys() | went.keys()}


def add_to_counts(changes: Mapping[int, tuple[int, int]], *, now: datetime, told: bool) -> None:
    """Bring the numbers of segments and of the shop's day up to who came and went, by segment.

    `told=False`: nobody came or went of themselves, so the day counts them only in its total. The last
    thing before a commit: the numbers stay locked until then.
    """
    if not changes:
        return
    ids = sorted(changes)
    lock_counts(ids)
    columns = [[changes[id_][0] for id_ in ids], [changes[id_][1] for id_ in ids]]
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [ids, *columns, surroundings().today(now), int(told), int(told)])
