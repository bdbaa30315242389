"""Whoever is kept in a segment is whom the evaluator in plain Python finds, whatever happens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.segments.oracle import strategies
from tests.segments.oracle.evaluator import everybody
from tests.segments.oracle.steps import Catalogue, Scene, Step, catalogue
from tests.segments.oracle.strategies import Asked
from tests.segments.oracle.test_oracle_compiled import TYPES
from tests.segments.oracle.world import World

from regulars.events import services as events
from regulars.segments import queries, services
from regulars.segments.models import Member, SegmentDay
from regulars.segments.types import Condition, State

TICK_LIMIT = 10_000
PLACES = (1, 2, 3, 4)
"""By which numbers the conditions of an example name its segments; the first is made by hand."""


@dataclass(frozen=True)
class Play:
    """What happens, one step a moment; `by_hand`: who is in the first segment."""

    clock: list[datetime]
    history: list[Step]
    conditions: list[Condition]
    by_hand: frozenset[str]
    built_after: int
    """So many steps happen before the segments are made."""


@st.composite
def plays(draw: st.DrawFn) -> Play:
    clock = [draw(st.sampled_from(strategies.STARTS))]
    meetings = [draw(strategies.meetings(clock, key)) for key in strategies.PEOPLE]
    happenings = draw(st.integers(6, 14))
    for step in draw(st.lists(st.sampled_from(strategies.STEPS), min_size=happenings, max_size=happenings)):
        clock.append(clock[-1] + step)
    things = [draw(strategies.happenings(clock[: place + 2], merging=True)) for place in range(happenings)]
    conditions: list[Condition] = []
    for place in PLACES[1:]:
        asked = Asked(segments=tuple(range(1, place)), colleagues=())
        conditions.append(draw(strategies.conditions(clock, asked)))
    return Play(
        clock,
        [*meetings, *things],
        conditions,
        draw(st.frozensets(st.sampled_from(strategies.PEOPLE))),
        draw(st.integers(0, happenings)),
    )


@dataclass
class Kept:
    """Segments of one example: by the numbers of the plain data those of the database."""

    scene: Scene
    numbers: dict[int, int]
    before: dict[int, set[int]]

    def make(self, play: Play, now: datetime) -> None:
        by_hand = {self.scene.world.whose(key) for key in play.by_hand}
        ids = sorted(self.scene.world.ids(by_hand))
        made = services.make_static(name="By hand", person_ids=ids, now=now)
        self.numbers[1] = made.segment_id
        self.scene.world.segments[1] = by_hand
        for place, condition in zip(PLACES[1:], play.conditions, strict=True):
            self.scene.world.segments[place] = condition
            real = self.scene.named(condition, self.numbers)
            self.numbers[place] = services.make_segment(name=f"Segment {place}", condition=real, now=now)
        for id_ in self.numbers.values():
            services.build(segment_id=id_, now=now)
            row = queries.segment(id_)
            assert row is not None
            assert row.state is State.READY

    def catch_up(self, now: datetime) -> None:
        """The log is read, and time is considered."""
        events.drain(now=now)
        services.tick(now=now, limit=TICK_LIMIT)
        events.drain(now=now)

    def check(self, now: datetime) -> None:
        world = self.scene.world
        ours = {person.id for person in world.people.values()}
        for place, id_ in self.numbers.items():
            of = world.segments[place]
            wanted = world.ids(of if isinstance(of, set) else everybody(of, world, now))
            there = set(queries.member_ids(id_))
            assert there & ours == wanted, (now, of)
            row = queries.segment(id_)
            assert row is not None
            assert row.members == len(there) == Member.objects.filter(segment_id=id_).count()
            last = SegmentDay.objects.filter(segment_id=id_).order_by("-day").first()
            assert (last.members if last else 0) == len(there)

    def put_away(self, now: datetime) -> None:
        for id_ in reversed(self.numbers.values()):
            services.archive(segment_id=id_, now=now)
            services.build(segment_id=id_, now=now)


def _run(play: Play, sold: Catalogue) -> None:
    scene = Scene(World(), sold, TYPES)
    kept = Kept(scene, {}, {})
    meetings, things = play.history[: len(strategies.PEOPLE)], play.history[len(strategies.PEOPLE) :]
    for step in meetings:
        scene.take(step, play.clock[0])
    try:
        for place, (now, step) in enumerate(zip(play.clock[1:], things, strict=True)):
            if place == play.built_after:
                kept.make(play, play.clock[place])
                kept.check(play.clock[place])
            if kept.numbers and now - play.clock[place] > timedelta(hours=1):
                kept.catch_up(now)  # time alone
                kept.check(now)
            scene.take(step, now)
            if kept.numbers:
                kept.catch_up(now)
                kept.check(now)
    finally:
        kept.put_away(play.clock[-1])


@pytest.fixture
def sold(transactional_db: None) -> Catalogue:
    events.ensure_consumers(now=strategies.STARTS[3])
    return catalogue(strategies.PRODUCTS, strategies.BRANCHES)


_SETTINGS = settings(
    phases=[Phase.explicit, Phase.generate],
    report_multiple_bugs=False,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@settings(_SETTINGS, max_examples=3)
@given(play=plays())
def test_a_few_segments_are_kept_true(sold: Catalogue, play: Play) -> None:
    _run(play, sold)


@pytest.mark.slow
@pytest.mark.timeout(3_600)
@settings(_SETTINGS, max_examples=100)
@given(play=plays())
def test_segments_are_kept_true(sold: Catalogue, play: Play) -> None:
    _run(play, sold)
