"""Keeping segments true as the log tells what happens."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import connection

from regulars.customers.services.holding import hold_persons
from regulars.events.types import LoggedEvent
from regulars.segments import locks
from regulars.segments.compiling.dependence import EVERYBODY_CHANGES
from regulars.segments.queries.live import Knowledge, Live, any_live, knowledge, live
from regulars.segments.services.looking import look_again, profiles_of
from regulars.segments.services.telling import Causes, add_to_counts, count_up, tell

# Of devices that are nobody's yet no segment asks, and nothing of `EVERYBODY_CHANGES` is recorded of them:
# where it is, somebody was erased, and leaves.
_PERSONS = """
SELECT p.profile_id, p.person_id FROM facts_profiles AS p LEFT JOIN facts_customers AS c USING (person_id)
WHERE p.profile_id = ANY(%s) AND (c.person_id IS NOT NULL OR p.profile_id = ANY(%s))
"""


def keep_true(*, events: Sequence[LoggedEvent], now: datetime, backfill: bool = False) -> int:
    """Look again at the people whom events concern, for the segments that ask about such; says who passed.

    Within the transaction in which the events are read. What comes of backfill is told as backfill.
    """
    if not any_live():
        return 0
    known = knowledge()
    concerned = _concerned(events, live(known))
    if not concerned:
        return 0
    persons = _persons(concerned)
    held = hold_persons(persons.values())
    if not held:
        return 0
    locks.while_looking()
    return _look(concerned, held, known, now, backfill)


def _look(
    events: Sequence[LoggedEvent], held: Collection[int], known: Knowledge, now: datetime, backfill: bool
) -> int:
    """With the segments as they are now that nobody can change them."""
    segments = live(known)
    profiles = profiles_of(held)
    whose = {profile_id: person for person, theirs in profiles.items() for profile_id in theirs}
    asked: dict[int, set[int]] = {segment.id: set() for segment in segments}
    causes = Causes()
    for event in events:
        if (person := whose.get(event.profile_id or 0)) is None:
            continue  # merged meanwhile, which is an event too
        for segment in segments:
            if event.name in EVERYBODY_CHANGES:
                asked[segment.id].add(person)
            elif event.name in segment.compiled.events:
                asked[segment.id].add(person)
                causes.add(event, person, segment.id)
        causes.add(event, person)
    passed = look_again(segments, asked, profiles, now=now)
    if passed:
        tell(passed, profiles, now=now, causes=causes, backfill=backfill)
        add_to_counts(count_up(passed), now=now, told=True)
    return len(passed)


def _concerned(events: Sequence[LoggedEvent], segments: Sequence[Live]) -> list[LoggedEvent]:
    names = EVERYBODY_CHANGES.union(*(segment.compiled.events for segment in segments))
    return [event for event in events if event.name in names and event.profile_id is not None]


def _persons(concerned: Sequence[LoggedEvent]) -> dict[int, int]:
    profiles = {event.profile_id for event in concerned if event.profile_id is not None}
    anew = {event.profile_id for event in concerned if event.profile_id and event.name in EVERYBODY_CHANGES}
    with connection.cursor() as cursor:
        cursor.execute(_PERSONS, [sorted(profiles), sorted(anew)])
        return dict(cursor.fetchall())
