"""Several at once: who looks at the same person, who changes what is looked for, who dies."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction
from tests.events.reading import settled
from tests.segments.processes import SECONDS_MAX
from tests.segments.shops import (
    LATELY,
    NOW,
    VISITED,
    VISITORS,
    WAVED,
    keep_up,
    logged,
    made,
    members,
    newcomers,
    profile_of,
    visit,
)

from regulars.customers import services as people
from regulars.customers.services.holding import hold_persons
from regulars.events import services as log
from regulars.events.types import NewEvent
from regulars.segments import locks, queries, services
from regulars.segments.queries.differing import differing
from regulars.segments.queries.live import knowledge, live
from regulars.segments.services import keeping
from regulars.segments.services.looking import look_again, profiles_of
from regulars.segments.types import EVERYBODY, AllOf, Did, InSegment, Not, State

pytestmark = pytest.mark.django_db(transaction=True)


class Other(threading.Thread):
    """Somebody else, with a connection of their own."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self.act = act
        self.error: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self.act()
        except Exception as error:  # told by `ended`
            self.error = error
        finally:
            connection.close()

    def ended(self) -> None:
        self.join(SECONDS_MAX)
        assert not self.is_alive()
        if self.error:
            raise self.error


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


@contextmanager
def looking_at(anna: int) -> Iterator[None]:
    """Somebody looks at her by what is so now, and has not committed what came of it within the block."""
    looked, go_on = threading.Event(), threading.Event()

    def look() -> None:
        with transaction.atomic():
            profiles = profiles_of(hold_persons([anna]))
            locks.while_looking()
            segments = live(knowledge())
            look_again(segments, {one.id: [anna] for one in segments}, profiles, now=NOW)
            looked.set()
            assert go_on.wait(SECONDS_MAX)

    other = Other(look)
    assert looked.wait(SECONDS_MAX)
    try:
        yield
    finally:
        go_on.set()
        other.ended()


def test_of_two_who_look_at_somebody_the_later_one_sees_what_the_earlier_wrote() -> None:
    not_yet = made(Not(of=VISITORS))
    (anna,) = newcomers(1)
    with looking_at(anna):
        visit([anna])
        reader = Other(_drain_all)
        _until(_somebody_waits)
    reader.ended()
    keep_up()
    assert members(not_yet) == []


def test_without_holding_her_what_the_earlier_wrote_would_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """The race that the test above is about is there."""
    not_yet = made(Not(of=VISITORS))
    (anna,) = newcomers(1)
    monkeypatch.setattr(keeping, "hold_persons", set)
    with looking_at(anna):
        visit([anna])
        events = [one for one in logged() if one.name == VISITED.name]
        with transaction.atomic():
            assert services.keep_true(events=events, now=NOW) == 0
    assert members(not_yet) == [anna]


def _drain_all() -> None:
    log.drain(now=NOW)


def test_who_changes_a_condition_waits_for_those_who_look_by_the_old_one() -> None:
    segment = made(VISITORS)
    (anna,) = newcomers(1)
    done: list[bool] = []

    def change() -> None:
        services.change_segment(
            segment_id=segment, name="x", note="", condition=EVERYBODY, revision=1, now=NOW
        )
        done.append(True)

    with looking_at(anna):
        other = Other(change)
        _until(_somebody_waits)
        assert not done
    other.ended()
    assert queries.segment(segment).state == State.BUILDING


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_leaves_nothing_wrong() -> None:
    persons = newcomers(60)
    visit(persons)
    keep_up()
    segment = services.make_segment(name="Visitors", condition=VISITORS, now=NOW)
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.segments.processes", str(segment), "3"],
        env=os.environ | {"DATABASE_URL": _url(), "DJANGO_SETTINGS_MODULE": "regulars.config.settings"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "in the middle\n"
        assert not services.build(segment_id=segment, now=NOW)  # it is at it
        visit(persons[:1], type_=WAVED)
    finally:
        worker.kill()
        worker.communicate()
    _until(lambda: services.build(segment_id=segment, now=NOW))
    row = queries.segment(segment)
    assert row is not None
    assert (members(segment), row.members, row.state) == (sorted(persons), 60, State.READY)


def _url() -> str:
    values = connection.settings_dict
    user = f"{values['USER']}:{values['PASSWORD']}"
    options = f"?host={values['HOST']}&port={values['PORT']}"
    return f"postgresql://{user}@/{values['NAME']}{options}"


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_happens_at_once_all_are_where_they_belong(seed: int) -> None:
    """Customers do things, are merged and parted, segments are built anew, and two workers keep up."""
    persons = newcomers(30)
    profiles = [profile_of(person) for person in persons]
    keep_up()
    inner = made(VISITORS)
    waved = Did(event=WAVED.name, at_least=2)
    conditions = [Not(of=LATELY), AllOf((InSegment(segment=inner), Not(of=waved))), waved, EVERYBODY]
    segments = [inner, *(made(one) for one in conditions)]
    stop = threading.Event()

    def go_on(act: Callable[[random.Random, int], object]) -> Callable[[], None]:
        def round_and_round() -> None:
            chance = random.Random(seed)  # noqa: S311
            number = 0
            while not stop.is_set():
                number += 1
                act(chance, number)

        return round_and_round

    def do(chance: random.Random, number: int) -> None:
        type_, at = chance.choice([VISITED, WAVED]), NOW - timedelta(days=number % 9)
        with transaction.atomic():
            happened = [
                NewEvent(type=type_, source="test", key=f"{number}:{one}", occurred_at=at, profile_id=one)
                for one in chance.sample(profiles, 3)
            ]
            log.record(happened, now=NOW)

    def merge(chance: random.Random, number: int) -> None:
        merges = people.merge(pairs=[tuple(chance.sample(persons, 2))], now=NOW)
        if merges and chance.random() < 0.6:
            people.unmerge(merge_id=merges[0], now=NOW, user_id=None)

    def build(chance: random.Random, number: int) -> None:
        segment = queries.segment(inner)
        other = AllOf((VISITORS,)) if segment.revision % 2 else VISITORS
        services.change_segment(
            segment_id=inner, name="x", note="", condition=other, revision=segment.revision, now=NOW
        )
        services.build(segment_id=inner, now=NOW)

    def tick(chance: random.Random, number: int) -> None:
        services.tick(now=NOW + timedelta(seconds=number), limit=1000)

    def read(chance: random.Random, number: int) -> None:
        log.consume(now=NOW)

    others = [Other(go_on(act)) for act in (do, merge, build, tick, read, read)]
    time.sleep(4)
    stop.set()
    for other in others:
        other.ended()
    services.build(segment_id=inner, now=NOW)
    settled()
    log.drain(now=NOW)
    now = NOW + timedelta(hours=1)
    services.tick(now=now, limit=1000)
    known = knowledge()
    wrong = {one.id: differing(one.id, one.compiled.everybody(now)) for one in live(known)}
    assert wrong == dict.fromkeys(sorted(segments), ([], []))
    counts = {one: queries.segment(one).members for one in segments}
    assert counts == {one: len(members(one)) for one in segments}
    with connection.cursor() as cursor:
        cursor.execute("SELECT consumer, error FROM event_set_aside")
        assert cursor.fetchall() == []
