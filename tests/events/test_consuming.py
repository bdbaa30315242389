from __future__ import annotations

from datetime import timedelta
from functools import partial
from threading import Barrier, Event, Thread

import pytest
from django.db import connection, transaction
from tests.events.reading import DRUM, FLUTE, NOW, beat, drained, profiles_of, rows, settled
from tests.together import together

from regulars.events import queries, registry, services
from regulars.events.errors import NoSuchConsumer
from regulars.events.queries.reading import LANES_AT_ONCE, news, take
from regulars.events.services.cursors import move
from regulars.events.types import Batch, Consumer, EventClass, LoggedEvent, Position, Start

pytestmark = pytest.mark.django_db(transaction=True)


class Kept:
    """A consumer that remembers what it was given."""

    def __init__(self) -> None:
        self.events: list[LoggedEvent] = []
        self.sizes: list[int] = []

    def __call__(self, batch: Batch) -> None:
        self.sizes.append(len(batch.events))
        self.events.extend(batch.events)

    @property
    def keys(self) -> list[str]:
        return [event.key for event in self.events]


def leave(batch: Batch) -> None:
    """A handler whose effect is a row for each event."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO test_effects (event, profile) SELECT * FROM unnest(%s::bigint[], %s::bigint[])",
            [[event.id for event in batch.events], [event.profile_id for event in batch.events]],
        )


def test_each_event_is_handled_once() -> None:
    kept = Kept()
    with registry.only_consumers(Consumer("test.drums", kept)):
        beat(range(1, 101))
        assert drained() == 100
        beat(range(1, 6), "later")
        assert drained() == 5
        assert drained() == 0
    assert len(kept.events) == len({event.id for event in kept.events}) == 105


def test_an_event_is_given_as_it_was_told() -> None:
    kept = Kept()
    with registry.only_consumers(Consumer("test.drums", kept, backfill=True)):
        told = {"чай": "улун", "n": 3, "big": 2**60, "part": 0.1}
        ids = beat([7], "a", backfill=True, properties=told, caused=(99, 7))
        beat([None], "b", type=FLUTE, occurred_at=NOW - timedelta(days=9, microseconds=1))
        drained()
    by_key = {event.key: event for event in kept.events}
    one, other = by_key["a0"], by_key["b0"]
    assert one.id == ids.ids["test", "a0"]
    assert (one.name, one.source, one.profile_id, one.backfill) == ("drum_beaten", "test", 7, True)
    assert (one.occurred_at, one.received_at, one.cause_id, one.depth) == (NOW, NOW, 99, 8)
    assert one.properties == told
    assert (other.profile_id, other.cause_id, other.properties) == (None, None, {})
    assert other.occurred_at == NOW - timedelta(days=9, microseconds=1)


def test_each_lane_comes_in_its_order_whatever_the_batches() -> None:
    kept = Kept()
    lane = profiles_of(5, 3)
    with registry.only_consumers(Consumer("test.drums", kept, batch=7)):
        for n in range(20):
            beat([*lane, *range(1000, 1010)], f"{n:02}-")
        assert drained() == 260
    assert max(kept.sizes) == 7
    for number in {event.lane for event in kept.events}:
        positions = [event.position for event in kept.events if event.lane == number]
        assert positions == sorted(positions)
    of_lane = [event for event in kept.events if event.profile_id in lane]
    assert len(of_lane) == 60
    assert {event.lane for event in of_lane} == {5}


def test_only_what_a_consumer_wants_and_the_rest_is_passed_over_once() -> None:
    flutes, all_, brief = Kept(), Kept(), Kept()
    with registry.only_consumers(
        Consumer("test.flutes", flutes, names=frozenset({"flute_played"})),
        Consumer("test.all", all_, backfill=True),
        Consumer("test.brief", brief, brief=True),
    ):
        beat(range(1, 50), "a", backfill=True)
        beat(range(1, 50), "b")
        beat(range(1, 50), "c", type=FLUTE)
        beat(range(1, 50), "d", type=FLUTE, backfill=True)
        assert drained() == 49 + 196 + 98
        states = {state.name: state for state in queries.consumers_state()}
    assert {event.name for event in flutes.events} == {"flute_played"}
    assert not any(event.backfill for event in flutes.events)
    assert len(all_.events) == 196
    assert {(event.name, event.profile_id) for event in brief.events} == {
        (name, profile) for name in ("drum_beaten", "flute_played") for profile in range(1, 50)
    }
    with pytest.raises(AttributeError, match="brief"):
        _ = brief.events[0].key
    # Passed over for good: nothing of it is looked at again.
    assert {name: state.behind for name, state in states.items()} == {
        "test.flutes": 0,
        "test.all": 0,
        "test.brief": 0,
    }
    assert rows(
        "SELECT count(*) FROM event_cursors AS c JOIN events AS e USING (lane)"
        " WHERE e.xid > c.xid::text::xid8"
    ) == [(0,)]


def test_few_wanted_among_many_come_in_batches_of_the_asked_size() -> None:
    kept = Kept()
    with registry.only_consumers(Consumer("test.few", kept, names=frozenset({"flute_played"}), batch=10)):
        for n in range(4):
            beat(range(1, 300), f"d{n}")
            beat(range(1, 26), f"f{n}", type=FLUTE)
        assert drained() == 100
    assert max(kept.sizes) == 10


def test_a_consumer_begins_at_the_beginning_or_now() -> None:
    old, new = Kept(), Kept()
    beat(range(1, 11), "before")
    settled()
    with registry.only_consumers(Consumer("test.old", old), Consumer("test.new", new, start=Start.NOW)):
        assert sorted(services.ensure_consumers(now=NOW)) == ["test.new", "test.old"]
        assert services.ensure_consumers(now=NOW) == []
        beat(range(1, 4), "after")
        assert drained() == 13 + 3
        assert sorted(new.keys) == ["after0", "after1", "after2"]

        services.start_again("test.new", from_=Start.BEGINNING, now=NOW)
        beat([1], "last")
        settled()
        services.start_again("test.old", from_=Start.NOW, now=NOW)
        assert drained() == 14
        assert len(old.events) == 13
        with pytest.raises(NoSuchConsumer):
            services.start_again("test.nobody", from_=Start.NOW, now=NOW)


def test_a_paused_consumer_is_given_nothing_until_it_goes_on() -> None:
    kept, other = Kept(), Kept()
    with registry.only_consumers(Consumer("test.kept", kept), Consumer("test.other", other)):
        services.pause("test.kept", now=NOW)
        services.pause("test.kept", now=NOW)
        beat(range(1, 6))
        assert drained() == 5
        assert kept.events == []
        assert [(state.paused, state.behind) for state in queries.consumers_state()] == [
            (True, 5),
            (False, 0),
        ]
        services.resume("test.kept", now=NOW)
        assert drained() == 5
        with pytest.raises(NoSuchConsumer):
            services.pause("test.nobody", now=NOW)
    assert len(kept.events) == 5


def test_what_a_handler_records_is_handled_with_it() -> None:
    got: list[tuple[str, int, int | None]] = []

    def answer(batch: Batch) -> None:
        got.extend((event.name, event.depth, event.cause_id) for event in batch.events)
        services.record(
            [
                event.caused(
                    FLUTE, source="answer", key=str(event.id), occurred_at=NOW, profile_id=event.profile_id
                )
                for event in batch.events
                if event.name == "drum_beaten"
            ],
            now=batch.now,
        )

    with registry.only_consumers(Consumer("test.answer", answer)):
        ids = beat([1, 2])
        assert drained() == 4
    first, second = sorted(ids.ids.values())
    assert sorted(got, key=str) == [
        ("drum_beaten", 0, None),
        ("drum_beaten", 0, None),
        ("flute_played", 1, first),
        ("flute_played", 1, second),
    ]


def test_the_log_is_not_read_within_a_transaction() -> None:
    with (
        registry.only_consumers(Consumer("test.drums", Kept())),
        transaction.atomic(),
        pytest.raises(RuntimeError, match="outside of transactions"),
    ):
        services.drain(now=NOW)


def test_effects_and_cursors_come_into_being_together(effects: str) -> None:
    """The process is gone between the two: neither is there, and the next one does both."""

    class Gone(BaseException):
        pass

    def die(batch: Batch) -> None:
        leave(batch)
        raise Gone

    beat(range(1, 31))
    settled()
    with registry.only_consumers(Consumer("test.drums", die)), pytest.raises(Gone):
        services.consume(now=NOW)
    assert rows("SELECT count(*) FROM test_effects") == [(0,)]
    with registry.only_consumers(Consumer("test.drums", leave)):
        assert drained() == 30
        assert drained() == 0
    assert rows("SELECT count(*), count(DISTINCT event) FROM test_effects") == [(30, 30)]


# --- at the same time ---------------------------------------------------------------------------------


def _careless(barrier: Barrier) -> None:
    """What a worker would do that looks where it is and locks nothing."""
    consumer = Consumer("test.drums", leave)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT epoch, xid, id FROM event_cursors WHERE consumer = 'test.drums' AND lane = 5")
        events = queries.in_order(lane=5, after=Position(*cursor.fetchone()), limit=100)
        barrier.wait(10)
        leave(Batch(events, NOW))
        move(consumer.name, events, now=NOW)


def test_two_who_do_not_lock_do_handle_twice(effects: str) -> None:
    with registry.only_consumers(Consumer("test.drums", leave)):
        services.ensure_consumers(now=NOW)
    beat(profiles_of(5, 10))
    settled()
    barrier = Barrier(2)
    assert together([partial(_careless, barrier)] * 2) == [None, None]
    assert rows("SELECT count(*), count(DISTINCT event) FROM test_effects") == [(20, 10)]


def test_several_workers_share_the_lanes_and_handle_once(effects: str) -> None:
    in_lane: dict[int, int] = {}
    seen: list[int] = []

    def handle(batch: Batch) -> None:
        lanes = {event.lane for event in batch.events}
        for lane in lanes:
            in_lane[lane] = in_lane.get(lane, 0) + 1
            seen.append(in_lane[lane])
        leave(batch)
        for lane in lanes:
            in_lane[lane] -= 1

    with registry.only_consumers(Consumer("test.drums", handle, batch=40)):
        for n in range(10):
            beat(range(1, 200), f"{n}-")
        settled()
        results = together([partial(services.drain, now=NOW)] * 4)
        assert [r for r in results if isinstance(r, Exception)] == []
        handled = sum(r for r in results if isinstance(r, int)) + drained()
    assert handled == 1990
    assert max(seen) == 1  # never two in one lane
    assert rows("SELECT count(*), count(DISTINCT event) FROM test_effects") == [(1990, 1990)]


def test_only_lanes_with_something_unseen_are_read() -> None:
    drums, flutes = Consumer("test.drums", Kept()), Consumer("test.flutes", Kept())
    with registry.only_consumers(drums, flutes):
        services.ensure_consumers(now=NOW)
        beat(range(1, 400))
        drained()
        assert news(consumers=["test.drums", "test.flutes"], lanes=range(64)) == {}
        (profile_id,) = profiles_of(17, 1)
        beat([profile_id], "new-")
        assert news(consumers=["test.drums", "test.flutes"], lanes=range(64)) == {
            "test.drums": [17],
            "test.flutes": [17],
        }
        assert news(consumers=["test.drums"], lanes=range(17)) == {}


def test_lanes_that_are_not_needed_for_a_batch_stay_free() -> None:
    with registry.only_consumers(consumer := Consumer("test.drums", Kept())):
        services.ensure_consumers(now=NOW)
        for n in range(3):
            beat(range(1, 400), f"{n}-")
        settled()
        below = (9, 2**60)
        with transaction.atomic():
            mine = take(consumer, lanes=range(64), below=below, limit=LANES_AT_ONCE)
            taken = {event.lane for event in mine}
            assert len(taken) == LANES_AT_ONCE

            def others() -> set[int]:
                with transaction.atomic():
                    return {e.lane for e in take(consumer, lanes=range(64), below=below, limit=5000)}

            (rest,) = together([others])
    assert isinstance(rest, set)
    assert rest == set(range(64)) - taken


def test_what_is_written_while_an_older_transaction_is_open_comes_when_it_has_ended() -> None:
    """Ids are given out before the commit: the lower one becomes visible after the higher."""
    kept = Kept()
    is_written, may_commit = Event(), Event()

    one, other = profiles_of(5, 2)

    def slow() -> None:
        try:
            with transaction.atomic():
                beat([one], "slow")
                is_written.set()
                assert may_commit.wait(30)
        finally:
            connection.close()

    with registry.only_consumers(Consumer("test.drums", kept)):
        thread = Thread(target=slow)
        thread.start()
        try:
            assert is_written.wait(30)
            beat([other], "quick")
            assert services.drain(now=NOW) == 0
            # By id alone the quick one would be taken now, and the slow one never.
            ids = dict(rows("SELECT key, id FROM events"))
            assert list(ids) == ["quick0"]
            (state,) = queries.consumers_state()
            assert (state.behind, state.oldest_waiting_at) == (1, NOW)
        finally:
            may_commit.set()
            thread.join()
        assert drained() == 2
    ids = dict(rows("SELECT key, id FROM events"))
    assert ids["slow0"] < ids["quick0"]
    assert kept.keys == ["slow0", "quick0"]


def test_browsing_is_read_like_facts() -> None:
    looked = registry.outside("Window Looked Into", EventClass.BROWSING)
    kept = Kept()
    with registry.only_consumers(Consumer("test.drums", kept)):
        beat([1], "a", type=looked)
        beat([1], "b")
        assert drained() == 2
    assert [event.name for event in kept.events] == ["window_looked_into", "drum_beaten"]
    assert DRUM.class_ is EventClass.FACT
