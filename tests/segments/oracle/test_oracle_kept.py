"""Whoever is kept in a segment is whom the evaluator in plain Python finds, whatever happens."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.depth import tries
from tests.segments.oracle import strategies
from tests.segments.oracle.evaluator import everybody
from tests.segments.oracle.steps import Catalogue, Merges, Parts, Scene, Step, catalogue
from tests.segments.oracle.strategies import Asked
from tests.segments.oracle.test_oracle_compiled import TYPES
from tests.segments.oracle.world import World

from regulars.events import services as events
from regulars.segments import queries, services
from regulars.segments.models import SegmentDay
from regulars.segments.types import Condition, State

TICK_LIMIT = 10_000
PLACES = (1, 2, 3, 4)
"""By which numbers the conditions of an example name its segments; the first is made by hand."""

_TOLD = """
SELECT e.properties ->> 'segment_id', p.person_id, sum(CASE e.name WHEN 'segment_entered' THEN 1 ELSE -1 END)
FROM events AS e JOIN customers_profile AS p ON p.id = e.profile_id
WHERE e.name IN ('segment_entered', 'segment_left') AND e.id > %s AND NOT e.backfill
GROUP BY 1, 2
"""


@dataclass(frozen=True)
class Moment:
    """Something happens. `is_read`: the log is read before the next; `is_ticked`: time is considered."""

    step: Step | Changes
    is_read: bool
    is_ticked: bool


@dataclass(frozen=True)
class Changes:
    """The condition of a segment is changed."""

    place: int
    condition: Condition


@dataclass(frozen=True)
class Play:
    """What happens, one thing a moment; `by_hand`: who is in the first segment."""

    clock: list[datetime]
    meetings: list[Step]
    things: list[Moment]
    conditions: list[Condition]
    by_hand: frozenset[str]
    built_after: int
    """So many things happen before the segments are made."""


@st.composite
def plays(draw: st.DrawFn) -> Play:
    clock = [draw(st.sampled_from(strategies.STARTS))]
    meetings: list[Step] = [draw(strategies.meetings(clock, key)) for key in strategies.PEOPLE]
    number = draw(st.integers(6, 14))
    for step in draw(st.lists(st.sampled_from(strategies.STEPS), min_size=number, max_size=number)):
        clock.append(clock[-1] + step)
    conditions = [draw(_condition(clock, place)) for place in PLACES[1:]]
    built_after = draw(st.integers(0, number - 3))
    things = [draw(_moments(clock[: place + 2], place > built_after)) for place in range(number)]
    by_hand = draw(st.frozensets(st.sampled_from(strategies.PEOPLE)))
    return Play(clock, meetings, things, conditions, by_hand, built_after)


@st.composite
def _moments(draw: st.DrawFn, clock: list[datetime], is_built: bool) -> Moment:
    thing: Step | Changes = draw(strategies.happenings(clock, merging=True))
    if is_built and draw(st.integers(0, 9)) == 0:
        place = draw(st.sampled_from(PLACES[1:]))
        thing = Changes(place, draw(_condition(clock, place)))
    return Moment(
        thing, draw(st.sampled_from((True, True, False))), draw(st.sampled_from((True, True, False)))
    )


def _condition(clock: list[datetime], place: int) -> st.SearchStrategy[Condition]:
    """A condition may name the segments before its own."""
    asked = Asked(segments=tuple(range(1, place)), colleagues=())
    return strategies.conditions(clock, asked)


@dataclass
class Kept:
    """Segments of one example: by the numbers of the plain data those of the database."""

    scene: Scene
    numbers: dict[int, int] = field(default_factory=dict)
    before: dict[int, set[int]] = field(default_factory=dict)
    last_event: int = 0

    def make(self, play: Play, now: datetime) -> None:
        world = self.scene.world
        by_hand = {world.whose(key) for key in play.by_hand}
        made = services.make_static(name="By hand", person_ids=sorted(world.ids(by_hand)), now=now)
        self.numbers[1], world.segments[1] = made.segment_id, by_hand
        for place, condition in zip(PLACES[1:], play.conditions, strict=True):
            world.segments[place] = condition
            real = self.scene.named(condition, self.numbers)
            self.numbers[place] = services.make_segment(name=f"Segment {place}", condition=real, now=now)
        for id_ in self.numbers.values():
            self._build(id_, now)
        self.remember()

    def change(self, place: int, condition: Condition, now: datetime) -> None:
        self.scene.world.segments[place] = condition
        id_ = self.numbers[place]
        row = queries.segment(id_)
        assert row is not None
        services.change_segment(
            segment_id=id_,
            name=row.name,
            note="",
            condition=self.scene.named(condition, self.numbers),
            revision=row.revision,
            now=now,
        )
        self._build(id_, now)

    def _build(self, id_: int, now: datetime) -> None:
        services.build(segment_id=id_, now=now)
        row = queries.segment(id_)
        assert row is not None
        assert row.state is State.READY

    def check(self, now: datetime) -> None:
        """Whoever is in a segment should be, and the numbers say so."""
        world = self.scene.world
        people = world.people
        ours = {person.id for person in people.values()}
        for place, id_ in self.numbers.items():
            of = world.segments[place]
            wanted = world.ids(of if isinstance(of, set) else everybody(of, world, now))
            there = set(queries.member_ids(id_))
            assert there & ours == wanted, (now, of)
            row = queries.segment(id_)
            assert row is not None
            assert row.members == len(there)
            last = SegmentDay.objects.filter(segment_id=id_).order_by("-day").first()
            assert (last.members if last else 0) == len(there)

    def remember(self) -> None:
        """Who is in which segment now, and what the log has told of that."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(max(id), 0) FROM events")
            (self.last_event,) = cursor.fetchone()
        self.before = {id_: set(queries.member_ids(id_)) for id_ in self.numbers.values()}

    def check_told(self) -> None:
        """What the log was told since comes to what became of everybody."""
        told = {id_: dict.fromkeys(members, 1) for id_, members in self.before.items()}
        with connection.cursor() as cursor:
            cursor.execute(_TOLD, [self.last_event])
            for id_, person, change in cursor.fetchall():
                if int(id_) in told:
                    told[int(id_)][person] = told[int(id_)].get(person, 0) + change
        for id_, changes in told.items():
            assert {person for person, is_in in changes.items() if is_in} == set(queries.member_ids(id_))
            assert set(changes.values()) <= {0, 1}

    def put_away(self, now: datetime) -> None:
        for id_ in reversed(self.numbers.values()):
            services.archive(segment_id=id_, now=now)
            services.build(segment_id=id_, now=now)


def _run(play: Play, sold: Catalogue) -> None:
    scene = Scene(World(), sold, TYPES)
    kept = Kept(scene)
    for step in play.meetings:
        scene.take(step, play.clock[0])
    try:
        for place, (now, thing) in enumerate(zip(play.clock[1:], play.things, strict=True)):
            if place == play.built_after:
                events.drain(now=play.clock[place])
                kept.make(play, play.clock[place])
                kept.check(play.clock[place])
            _take(kept, thing, now, is_last=thing is play.things[-1])
    finally:
        kept.put_away(play.clock[-1])


def _take(kept: Kept, thing: Moment, now: datetime, *, is_last: bool) -> None:
    """One thing; then, if so, the log is read and time is considered, in either order."""
    if isinstance(thing.step, Changes):
        kept.change(thing.step.place, thing.step.condition, now)
    else:
        kept.scene.take(thing.step, now)
    is_ticked, is_read = thing.is_ticked or is_last, thing.is_read or is_last
    if is_ticked and kept.numbers:
        services.tick(now=now, limit=TICK_LIMIT)
    if is_read:
        events.drain(now=now)
    if is_ticked and is_read and kept.numbers:
        kept.check(now)
    if isinstance(thing.step, Changes | Merges | Parts):
        kept.remember()
    elif kept.numbers:
        kept.check_told()


@pytest.fixture
def sold(transactional_db: None) -> Catalogue:
    events.ensure_consumers(now=strategies.STARTS[3])
    return catalogue(strategies.PRODUCTS, strategies.BRANCHES, strategies.STARTS[3])


_SETTINGS = settings(
    phases=[Phase.explicit, Phase.generate],
    report_multiple_bugs=False,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@settings(_SETTINGS, max_examples=2)
@given(play=plays())
def test_a_few_segments_are_kept_true(sold: Catalogue, play: Play) -> None:
    _run(play, sold)


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(3_600)
@settings(_SETTINGS, max_examples=tries(50))
@given(play=plays())
def test_segments_are_kept_true(sold: Catalogue, play: Play) -> None:
    _run(play, sold)
