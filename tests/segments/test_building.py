"""Finding all people of a segment while others do things."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from tests.segments.shops import (
    NOW,
    VISITORS,
    WAVED,
    after,
    is_right,
    keep_up,
    made,
    members,
    newcomers,
    told,
    visit,
)

from regulars.kit.errors import Conflict
from regulars.kit.locks import Space, alone
from regulars.segments import queries, services
from regulars.segments.errors import BadCondition, NoSuchSegment, SegmentInUse, SegmentProblem
from regulars.segments.models import Member, Pending, Segment
from regulars.segments.services import building
from regulars.segments.types import EVERYBODY, AllOf, Did, InSegment, Kind, Not, Progress, State

pytestmark = pytest.mark.django_db


def _meanwhile(monkeypatch: pytest.MonkeyPatch, name: str, act: Callable[[], None]) -> None:
    """Have something happen once, right after this step of a building."""
    step: Callable[..., Any] = getattr(building, name)
    done: list[bool] = []

    def stepped(*args: Any, **kwargs: Any) -> Any:
        result = step(*args, **kwargs)
        if not done:
            done.append(True)
            act()
        return result

    monkeypatch.setattr(building, name, stepped)


def test_people_are_found_in_the_background_and_progress_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    persons = newcomers(7)
    visit(persons[:5])
    monkeypatch.setattr(building, "PORTION", 2)
    segment = services.make_segment(name="Visitors", condition=VISITORS, now=NOW)
    assert queries.progress(segment) == Progress(State.BUILDING, 0, None)
    seen = []
    _meanwhile(monkeypatch, "_write", lambda: seen.append(queries.progress(segment)))
    services.build(segment_id=segment, now=NOW)
    assert seen == [Progress(State.BUILDING, 2, 5)]
    assert members(segment) == persons[:5]
    row = queries.segment(segment)
    assert row is not None
    assert (row.state, row.members, row.true_at) == (State.READY, 5, NOW)
    assert told() == []


def test_who_is_touched_while_it_is_built_is_looked_at_before_it_is_ready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is read is over when somebody visits: without the second look she would be missing for good."""
    anna, boris = newcomers(2)
    visit([boris])
    keep_up()
    segment = services.make_segment(name="Visitors", condition=VISITORS, now=NOW)
    states = []

    def anna_comes() -> None:
        visit([anna])
        keep_up()
        states.append((members(segment), Pending.objects.filter(person_id=anna).exists()))

    _meanwhile(monkeypatch, "differing", anna_comes)
    services.build(segment_id=segment, now=NOW)
    assert states == [([], True)]  # the reader has had her visit, and left her to the building
    assert members(segment) == [anna, boris]
    assert not Pending.objects.exists()
    assert told() == []


def test_without_the_second_look_she_would_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The race that the test above is about is there."""
    (anna,) = newcomers(1)
    keep_up()
    segment = services.make_segment(name="Visitors", condition=VISITORS, now=NOW)

    def anna_comes() -> None:
        visit([anna])
        keep_up()
        Pending.objects.all().delete()

    _meanwhile(monkeypatch, "differing", anna_comes)
    services.build(segment_id=segment, now=NOW)
    assert members(segment) == []
    assert not is_right(segment, VISITORS, now=NOW)


def test_who_comes_at_the_very_end_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    (anna,) = newcomers(1)
    keep_up()
    segment = services.make_segment(name="Visitors", condition=VISITORS, now=NOW)

    def anna_comes() -> None:
        visit([anna])
        keep_up()

    _meanwhile(monkeypatch, "look_at_pending", anna_comes)
    services.build(segment_id=segment, now=NOW)
    assert members(segment) == [anna]


def test_a_condition_changed_while_it_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    anna, boris = newcomers(2)
    visit([anna])
    visit([boris], type_=WAVED)
    keep_up()
    segment = services.make_segment(name="Visitors", condition=VISITORS, now=NOW)
    waved = Did(event=WAVED.name)

    def change() -> None:
        services.change_segment(
            segment_id=segment, name="Waved", note="", condition=waved, revision=1, now=NOW
        )

    _meanwhile(monkeypatch, "differing", change)
    services.build(segment_id=segment, now=NOW)  # sees that, and begins anew
    row = queries.segment(segment)
    assert row is not None
    assert (row.state, row.revision, row.name, row.members) == (State.READY, 2, "Waved", 1)
    assert members(segment) == [boris]


def test_a_condition_changed_while_members_come() -> None:
    """Those of before stay until those of the new condition are found; what was begun ends first."""
    anna, boris = newcomers(2)
    segment = made(VISITORS)
    visit([anna])
    keep_up()
    visit([boris], type_=WAVED)
    services.change_segment(
        segment_id=segment, name="Waved", note="", condition=Did(event=WAVED.name), revision=1, now=NOW
    )
    visit([boris])
    keep_up()
    assert members(segment) == [anna]
    services.build(segment_id=segment, now=NOW)
    assert members(segment) == [boris]
    assert [(kind, id_) for kind, id_, _ in told()] == [("segment_entered", segment)]


def test_of_two_who_change_it_the_second_is_told() -> None:
    segment = made(VISITORS)
    services.change_segment(
        segment_id=segment, name="Other", note="", condition=EVERYBODY, revision=1, now=NOW
    )
    with pytest.raises(Conflict):
        services.change_segment(
            segment_id=segment, name="Third", note="", condition=VISITORS, revision=1, now=NOW
        )
    with pytest.raises(NoSuchSegment):
        services.change_segment(segment_id=0, name="x", note="", condition=None, revision=1, now=NOW)


def test_another_name_builds_nothing() -> None:
    segment = made(VISITORS)
    services.change_segment(
        segment_id=segment, name=" Guests  of ours ", note=" why ", condition=VISITORS, revision=1, now=NOW
    )
    row = queries.segment(segment)
    assert row is not None
    assert (row.name, row.note, row.state, row.revision) == ("Guests of ours", "why", State.READY, 1)


def test_a_worker_that_died_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    persons = newcomers(6)
    visit(persons)
    keep_up()
    monkeypatch.setattr(building, "PORTION", 2)
    segment = services.make_segment(name="Visitors", condition=VISITORS, now=NOW)
    stop = iter([False, False, False, True, True])
    services.build(segment_id=segment, now=NOW, enough=lambda: next(stop))
    assert len(members(segment)) == 4
    assert services.building_ids(10) == [segment]
    services.build(segment_id=segment, now=NOW)
    assert members(segment) == persons
    assert services.building_ids(10) == []
    row = queries.segment(segment)
    assert row is not None
    assert row.members == 6


def test_two_workers_do_not_build_it_twice() -> None:
    segment = services.make_segment(name="Visitors", condition=VISITORS, now=NOW)
    with alone(Space.SEGMENTS, str(segment)):
        assert not services.build(segment_id=segment, now=NOW)
    assert services.build(segment_id=segment, now=NOW)


def test_those_that_name_it_follow_while_it_is_built() -> None:
    anna, boris = newcomers(2)
    visit([anna])
    visit([boris], type_=WAVED)
    keep_up()
    inner = made(VISITORS)
    outer = made(Not(of=InSegment(segment=inner)))
    outermost = made(InSegment(segment=outer))
    assert members(outermost) == [boris]
    services.change_segment(
        segment_id=inner, name="Waved", note="", condition=Did(event=WAVED.name), revision=1, now=NOW
    )
    services.build(segment_id=inner, now=NOW)
    assert (members(inner), members(outer), members(outermost)) == ([boris], [anna], [anna])
    assert told() == []
    assert [queries.segment(one).members for one in (inner, outer, outermost)] == [1, 1, 1]


def test_segments_do_not_ask_for_each_other_in_a_circle() -> None:
    first = made(VISITORS)
    second = made(InSegment(segment=first))
    third = made(AllOf((InSegment(segment=second), VISITORS)))
    for condition in (InSegment(segment=third), InSegment(segment=first)):
        with pytest.raises(BadCondition):
            services.change_segment(
                segment_id=first, name="x", note="", condition=condition, revision=1, now=NOW
            )
    assert [row.id for row in queries.used_by(first)] == [second]


def test_a_segment_that_another_names_is_not_put_away() -> None:
    first = made(VISITORS, "First")
    second = made(InSegment(segment=first), "Second")
    with pytest.raises(SegmentInUse, match="Second"):
        services.archive(segment_id=first, now=NOW)
    services.archive(segment_id=second, now=NOW)
    services.archive(segment_id=first, now=NOW)
    with pytest.raises(BadCondition):
        services.restore(segment_id=second, now=NOW)
    services.restore(segment_id=first, now=NOW)
    services.restore(segment_id=second, now=NOW)


def test_put_away_and_brought_back() -> None:
    anna, boris = newcomers(2)
    visit([anna])
    segment = made(VISITORS)
    services.archive(segment_id=segment, now=NOW)
    assert queries.segments_of(anna) == []
    assert queries.segments() == []
    assert [row.id for row in queries.segments(archived=True)] == [segment]
    assert services.building_ids(10) == [segment]
    services.build(segment_id=segment, now=NOW)
    assert not Member.objects.exists()
    visit([boris])
    keep_up()
    services.restore(segment_id=segment, now=NOW)
    services.build(segment_id=segment, now=NOW)
    assert members(segment) == [anna, boris]
    assert queries.segment(segment).members == 2


def test_frozen_people_stay() -> None:
    anna, boris = newcomers(2)
    visit([anna])
    segment = made(VISITORS)
    frozen = services.freeze(segment_id=segment, name="Visitors in March", now=NOW)
    services.build(segment_id=frozen, now=after(hours=1))
    visit([boris])
    keep_up()
    services.tick(now=after(minutes=5), limit=1000)
    assert (members(segment), members(frozen)) == ([anna, boris], [anna])
    row = queries.segment(frozen)
    assert row is not None
    assert (row.kind, row.state, row.members, row.condition) == (
        Kind.FROZEN,
        State.READY,
        1,
        queries.segment(segment).condition,
    )
    with pytest.raises(SegmentProblem):
        services.change_segment(
            segment_id=frozen, name="x", note="", condition=EVERYBODY, revision=1, now=NOW
        )
    services.archive(segment_id=frozen, now=NOW)
    services.restore(segment_id=frozen, now=NOW)
    assert members(frozen) == [anna]


def test_a_segment_that_cannot_be_found_keeps_those_of_before_and_may_be_tried_again() -> None:
    (anna,) = newcomers(1)
    visit([anna])
    segment = made(VISITORS)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE segments_segment SET state = 'building', condition = %s WHERE id = %s",
            ['{"node": "attribute", "attribute": "test.gone", "test": {"is": "known"}}', segment],
        )
    services.build(segment_id=segment, now=NOW)
    row = queries.segment(segment)
    assert row is not None
    assert (row.state, members(segment)) == (State.FAILED, [anna])
    with pytest.raises(BadCondition):
        services.restore(segment_id=segment, now=NOW)
    services.change_segment(
        segment_id=segment, name="x", note="", condition=Not(of=VISITORS), revision=1, now=NOW
    )
    services.build(segment_id=segment, now=NOW)
    assert (queries.segment(segment).state, members(segment)) == (State.READY, [])


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_a_segment_has_a_name(name: str) -> None:
    with pytest.raises(SegmentProblem):
        services.make_segment(name=name, condition=VISITORS, now=NOW)
    assert not Segment.objects.exists()
