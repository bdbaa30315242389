"""Making segments and changing what they mean. Their people are found by the worker."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import attributes as registry
from regulars.kit.errors import Conflict
from regulars.segments import locks
from regulars.segments.errors import (
    BadCondition,
    NoSuchSegment,
    SegmentInUse,
    SegmentProblem,
    TooManySegments,
)
from regulars.segments.models import Pending, Segment, StageRule
from regulars.segments.queries import live_ids, may_decide, stage_rules, used_by
from regulars.segments.queries.dependence import closes_a_circle, used_elsewhere
from regulars.segments.rules import check, parse, stored
from regulars.segments.services import jobs
from regulars.segments.types import SEGMENTS_MAX, Condition, InSegment, Kind, State

NAME_CHARACTERS_MAX = 200
NOTE_CHARACTERS_MAX = 2_000


@transaction.atomic
def make_segment(
    *, name: str, condition: Condition, now: datetime, user_id: int | None = None, note: str = ""
) -> int:
    """A new live segment; gives its id. It is ready when the worker has found its people.

    Raises BadCondition, TooManySegments, SegmentProblem for a bad name.
    """
    locks.while_defining()
    checked = _checked(condition)
    _refuse_too_many()
    return _make(Kind.LIVE, name, note, checked, now=now, user_id=user_id)


@transaction.atomic
def change_segment(
    *, segment_id: int, name: str, note: str, condition: Condition | None, revision: int, now: datetime
) -> None:
    """Another name, note or condition; where the condition is another, its people are found anew.

    `revision`: of the segment as whoever changes it saw it; raises Conflict where the condition was changed
    since. `condition` None leaves it. Those of static and frozen segments cannot be changed.
    Raises NoSuchSegment, BadCondition, SegmentProblem for a bad name.
    """
    locks.while_defining()
    row = _of(segment_id)
    if row.revision != revision:
        raise Conflict(_("Somebody has changed this segment meanwhile; look at it again before you do."))
    changes: dict[str, Any] = {"name": named(name), "note": _noted(note)}
    wanted = row.condition if condition is None else stored(condition)
    if wanted != row.condition:
        if row.kind != Kind.LIVE.value:
            raise SegmentProblem(_("The people of this segment are kept as they are; make a new one."))
        changes |= {"condition": _checked(condition, segment_id), "revision": revision + 1}
    Segment.objects.filter(pk=segment_id).update(**changes)
    if not set(stage_rules().values()) <= may_decide().keys():
        raise BadCondition(
            _("A stage of customers is decided by this segment, so it cannot ask for the stage.")
        )
    if "condition" in changes and row.state != State.ARCHIVED.value:
        begin_building(segment_id)


@transaction.atomic
def freeze(*, segment_id: int, name: str, now: datetime, user_id: int | None = None) -> int:
    """A segment with the people another one has now, for ever; gives its id. Raises NoSuchSegment."""
    locks.while_defining()
    row = _of(segment_id)
    if row.state == State.ARCHIVED.value:
        raise SegmentProblem(_("This segment was put away; bring it back before you freeze it."))
    condition = row.condition if row.kind == Kind.LIVE.value else stored(InSegment(segment=segment_id))
    return _make(Kind.FROZEN, name, row.note, condition, now=now, user_id=user_id)


@transaction.atomic
def archive(*, segment_id: int, now: datetime) -> None:
    """Put a segment away; doing so again changes nothing.

    Raises NoSuchSegment, and SegmentInUse where the condition of another, of a programme or of an offer names
    it, or it decides a stage.
    """
    locks.while_defining()
    row = _of(segment_id)
    if row.state == State.ARCHIVED.value:
        return
    if users := used_by(segment_id):
        raise SegmentInUse(
            _("These segments ask for the people of this one: %(names)s. Change them first.")
            % {"names": ", ".join(user.name for user in users)}
        )
    if elsewhere := used_elsewhere(segment_id):
        raise SegmentInUse(
            _("This asks for the people of this segment: %(names)s. Change that first.")
            % {"names": ", ".join(elsewhere)}
        )
    if StageRule.objects.filter(segment_id=segment_id).exists():
        raise SegmentInUse(_("A stage of customers is decided by this segment. Change that first."))
    Segment.objects.filter(pk=segment_id).update(state=State.ARCHIVED.value, to_write=None, written=0)
    Pending.objects.filter(segment_id=segment_id).delete()
    if row.kind == Kind.LIVE.value:
        jobs.wake(segment_id)  # nobody is kept in it


@transaction.atomic
def restore(*, segment_id: int, now: datetime) -> None:
    """Bring back a segment that was put away, or have another try at one that failed.

    Raises NoSuchSegment; BadCondition where it asks for what is no longer there.
    """
    locks.while_defining()
    row = _of(segment_id)
    if row.state not in {State.ARCHIVED.value, State.FAILED.value}:
        return
    if row.kind == Kind.LIVE.value:
        _checked(parse(row.condition), segment_id)
        _refuse_too_many()
    if row.kind == Kind.STATIC.value or (row.kind == Kind.FROZEN.value and row.ticked_at):
        Segment.objects.filter(pk=segment_id).update(state=State.READY.value)
    else:
        begin_building(segment_id)


def begin_building(segment_id: int) -> None:
    """Have a segment's people found. Only `while_defining`: whoever looks at people hears of it."""
    Segment.objects.filter(pk=segment_id).update(state=State.BUILDING.value, to_write=None, written=0)
    jobs.wake(segment_id)


def _make(kind: Kind, name: str, note: str, condition: Any, *, now: datetime, user_id: int | None) -> int:
    row = Segment.objects.create(
        name=named(name),
        note=_noted(note),
        kind=kind.value,
        state=State.BUILDING.value,
        condition=condition,
        created_at=now,
        created_by=user_id,
    )
    jobs.wake(row.pk)
    return row.pk


def _of(segment_id: int) -> Segment:
    row = Segment.objects.filter(pk=segment_id).first()
    if row is None:
        raise NoSuchSegment(_("There is no such segment."))
    return row


def _checked(condition: Condition | None, segment_id: int | None = None) -> Any:
    """A condition as it is stored; raises BadCondition."""
    there = [id_ for id_ in live_ids() if id_ != segment_id]
    known, relations = registry.registered(), registry.relations()
    assert condition is not None  # noqa: S101 (of a live segment)
    if wrongs := check(condition, attributes=known, relations=relations, segments=there):
        raise BadCondition(_("The condition is not complete: see what is said at its parts."), wrongs)
    found = stored(condition)
    if segment_id is not None:
        others = Segment.objects.filter(condition__isnull=False).values_list("pk", "condition")
        if closes_a_circle(segment_id, found, dict(others)):
            raise BadCondition(_("The segments would ask for each other in a circle."))
    return found


def _refuse_too_many() -> None:
    kept = Segment.objects.filter(kind=Kind.LIVE.value).exclude(state=State.ARCHIVED.value)
    if kept.count() >= SEGMENTS_MAX:
        raise TooManySegments(
            _("There are %(most)s live segments, which is the most. Put one away first.")
            % {"most": SEGMENTS_MAX}
        )


def named(name: str) -> str:
    """A name as it is stored; raises SegmentProblem for a bad one."""
    if not (name := " ".join(name.split())):
        raise SegmentProblem(_("Give the segment a name."))
    if len(name) > NAME_CHARACTERS_MAX:
        raise SegmentProblem(
            _("The name is too long; %(most)s signs are the most.") % {"most": NAME_CHARACTERS_MAX}
        )
    return name


def _noted(note: str) -> str:
    if len(note := note.strip()) > NOTE_CHARACTERS_MAX:
        raise SegmentProblem(
            _("The note is too long; %(most)s signs are the most.") % {"most": NOTE_CHARACTERS_MAX}
        )
    return note
