"""Segments whose people somebody chose: by hand, or from a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from django.db import connection, transaction
from django.utils.translation import gettext as _

from regulars.customers.services.holding import hold_persons
from regulars.segments import locks
from regulars.segments.errors import NoSuchSegment, NotByHand, SegmentProblem
from regulars.segments.models import Segment
from regulars.segments.queries import MEMBERS_PAGE_MAX
from regulars.segments.queries.live import knowledge, live
from regulars.segments.queries.references import persons_named
from regulars.segments.services.defining import named
from regulars.segments.services.looking import Passed, look_again, profiles_of
from regulars.segments.services.telling import add_to_counts, count_up, tell
from regulars.segments.types import Kind, MadeStatic, State

T = TypeVar("T")

MEMBERS_BATCH = min(5_000, MEMBERS_PAGE_MAX)
"""People in one transaction."""
REFERENCES_MAX = 1_000_000

_ADD = """
INSERT INTO segments_member (segment_id, person_id, since)
SELECT %(segment)s, unnest(%(persons)s::bigint[]), %(now)s ON CONFLICT DO NOTHING
RETURNING segment_id, id, person_id, true
"""
_REMOVE = """
DELETE FROM segments_member WHERE segment_id = %(segment)s AND person_id = ANY(%(persons)s)
RETURNING segment_id, id, person_id, false
"""


def make_static(
    *,
    name: str,
    person_ids: Sequence[int] = (),
    references: Sequence[str] = (),
    now: datetime,
    user_id: int | None = None,
    note: str = "",
) -> MadeStatic:
    """A segment of these people: persons, or the shop's ids, e-mail addresses and phone numbers of them.

    An address or a number that several people have names all of them, if these are few; else nobody. Where
    there are more than MEMBERS_BATCH it is written in several transactions, and is ready with the last.
    Raises SegmentProblem for a bad name or too many references.
    """
    if len(references) > REFERENCES_MAX:
        raise SegmentProblem(
            _("There are more than %(most)s lines; split the list.") % {"most": REFERENCES_MAX}
        )
    persons, unknown = set(person_ids), []
    for some in _portions(references):
        found = persons_named(some)
        persons.update(*found.values())
        unknown += [reference for reference in some if reference not in found]
    segment_id = Segment.objects.create(
        name=named(name),
        note=note.strip(),
        kind=Kind.STATIC.value,
        state=State.BUILDING.value,
        created_at=now,
        created_by=user_id,
        true_at=now,
    ).pk
    count = 0
    for ids in _portions(sorted(persons)):
        count += _change(segment_id, _ADD, ids, now, told=False)
    Segment.objects.filter(pk=segment_id).update(state=State.READY.value)
    return MadeStatic(segment_id, count, tuple(dict.fromkeys(unknown)))


def add_members(*, segment_id: int, person_ids: Iterable[int], now: datetime) -> int:
    """Put people into a static segment; says how many were not in it. Nobody is in it twice.

    Raises NoSuchSegment, NotByHand.
    """
    _refuse_others(segment_id)
    return sum(_change(segment_id, _ADD, ids, now, told=True) for ids in _portions(sorted(set(person_ids))))


def remove_members(*, segment_id: int, person_ids: Iterable[int], now: datetime) -> int:
    """Take people out of a static segment; says how many were in it. Raises NoSuchSegment, NotByHand."""
    _refuse_others(segment_id)
    return sum(
        _change(segment_id, _REMOVE, ids, now, told=True) for ids in _portions(sorted(set(person_ids)))
    )


@transaction.atomic
def _change(segment_id: int, statement: str, person_ids: Sequence[int], now: datetime, *, told: bool) -> int:
    profiles = profiles_of(hold_persons(person_ids))
    locks.while_looking()
    with connection.cursor() as cursor:
        cursor.execute(statement, {"segment": segment_id, "persons": sorted(profiles), "now": now})
        changed = [Passed._make(row) for row in cursor.fetchall()]
    segments = live(knowledge())
    those = {segment_id: [one.person_id for one in changed]}
    others = look_again(segments, {}, profiles, now=now, changed=those)
    tell([*changed, *others] if told else others, profiles, now=now)
    add_to_counts(count_up([*changed, *others]), now=now, told=told)
    return len(changed)


def _refuse_others(segment_id: int) -> None:
    row = Segment.objects.filter(pk=segment_id).first()
    if row is None:
        raise NoSuchSegment(_("There is no such segment."))
    if row.kind != Kind.STATIC.value:
        raise NotByHand(_("Who is in this segment is not chosen by hand; make a static one for that."))


def _portions(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), MEMBERS_BATCH):
        yield items[start : start + MEMBERS_BATCH]
