from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected
from tests.events.reading import FLUTE, NOW, beat, drained, profiles_of, rows, settled
from tests.events.test_consuming import Kept, leave

from regulars.events import queries, registry, rules, services
from regulars.events.errors import NoSuchConsumer
from regulars.events.models import EventSetAside
from regulars.events.services.failing import WAITS
from regulars.events.types import Batch, Consumer, LoggedEvent

pytestmark = pytest.mark.django_db(transaction=True)


class Picky:
    """Leaves a row for each event, and raises at those that a test names; counts their tries alone."""

    def __init__(self, *bad: str, raising: Callable[[LoggedEvent], Exception] | None = None) -> None:
        self.bad = set(bad)
        self.tries: dict[str, int] = {}
        self._raising = raising or (lambda event: ValueError(f"cannot do with {event.key}"))

    def __call__(self, batch: Batch) -> None:
        leave(batch)
        for event in batch.events:
            if event.key in self.bad:
                if len(batch.events) == 1:
                    self.tries[event.key] = self.tries.get(event.key, 0) + 1
                raise self._raising(event)


def left() -> list[str]:
    found = rows("SELECT key FROM test_effects AS t JOIN events AS e ON e.id = t.event ORDER BY key")
    return [key for (key,) in found]


def test_what_cannot_be_handled_is_set_aside_and_holds_nobody_back(effects: str) -> None:
    one = profiles_of(5, 1)[0]
    picky = Picky("b0", "x3")
    with registry.only_consumers(Consumer("test.picky", picky)):
        for tag in "abc":
            beat([one], tag)
        beat(range(1, 200), "x")
        assert drained() == 200
        assert drained() == 0
        (state,) = queries.consumers_state()
        page = queries.set_aside_page()
    assert left() == sorted(["a0", "c0", *(f"x{n}" for n in range(199) if n != 3)])
    assert picky.tries == {"b0": 3, "x3": 3}
    assert (state.set_aside, state.behind) == (2, 0)
    assert {(aside.consumer, aside.name, aside.tries) for aside in page} == {("test.picky", "drum_beaten", 3)}
    assert {aside.profile_id for aside in page} == {one, 4}
    assert all(aside.error.startswith("ValueError: cannot do with ") for aside in page)
    assert page[0].id > page[1].id
    assert queries.set_aside_page(consumer="test.nobody") == []
    assert queries.set_aside_page(after=page[0].id) == page[1:]


def test_a_batch_that_met_others_in_a_circle_is_begun_anew_as_a_whole(effects: str) -> None:
    """One by one its events would lock in another order, and meet the next one."""
    sizes: list[int] = []

    def handle(batch: Batch) -> None:
        sizes.append(len(batch.events))
        leave(batch)
        if len(sizes) < 3:
            raise OperationalError from DeadlockDetected()

    with registry.only_consumers(Consumer("test.met", handle)):
        beat(range(1, 9), "x")
        assert drained() == 8
    assert sizes == [8, 8, 8]
    assert len(left()) == 8


def test_whoever_is_sent_away_by_the_server_comes_back_with_the_whole_batch(effects: str) -> None:
    sizes: list[int] = []

    def handle(batch: Batch) -> None:
        sizes.append(len(batch.events))
        leave(batch)
        if len(sizes) == 1:
            rows("SELECT pg_terminate_backend(pg_backend_pid())")

    with registry.only_consumers(Consumer("test.sent_away", handle)):
        beat(range(1, 9), "x")
        with pytest.raises(OperationalError, match="terminating connection"):
            drained()
        assert drained() == 8
    assert sizes == [8, 8]


def test_of_a_batch_that_failed_each_event_is_tried_in_a_transaction_of_its_own(effects: str) -> None:
    """So what one of them locks is free before the next one locks anything."""
    singly: list[int] = []

    def handle(batch: Batch) -> None:
        if len(batch.events) > 1:
            raise ValueError
        singly.append(rows("SELECT pg_current_xact_id()::text::bigint")[0][0])
        leave(batch)

    with registry.only_consumers(Consumer("test.alone", handle)):
        beat(range(1, 9), "x")
        assert drained() == 8
    assert len(set(singly)) == 8


def test_who_reads_briefly_has_it_set_aside_too(effects: str) -> None:
    def handle(batch: Batch) -> None:
        if 4 in {event.profile_id for event in batch.events}:
            raise ValueError

    with registry.only_consumers(Consumer("test.brief", handle, brief=True)):
        beat(range(1, 9), "x")
        assert drained() == 7
        (aside,) = queries.set_aside_page()
        assert (aside.profile_id, aside.received_at) == (4, NOW)


def test_a_worker_tries_again_after_a_while_and_lets_others_pass(effects: str) -> None:
    bad, other = profiles_of(5, 1)[0], profiles_of(6, 1)[0]
    picky = Picky("bad0")
    with registry.only_consumers(Consumer("test.picky", picky)):
        beat([bad], "bad")
        beat([bad], "next")
        beat([other], "other")
        settled()
        assert services.consume(now=NOW) == 1
        assert left() == ["other0"]
        for _ in range(3):  # not before its time
            assert services.consume(now=NOW) == 0
        assert picky.tries == {"bad0": 1}
        assert services.consume(now=NOW + WAITS[0]) == 0
        assert services.consume(now=NOW + WAITS[0] + WAITS[1] - timedelta(seconds=1)) == 0
        assert picky.tries == {"bad0": 2}
        assert services.consume(now=NOW + WAITS[0] + WAITS[1]) == 1
    assert left() == ["next0", "other0"]
    assert queries.set_aside_page()[0].set_aside_at == NOW + WAITS[0] + WAITS[1]


def test_what_goes_well_at_the_second_try_is_handled_once(effects: str) -> None:
    picky = Picky("a0")
    with registry.only_consumers(Consumer("test.picky", picky)):
        beat([1], "a")
        settled()
        assert services.consume(now=NOW) == 0
        picky.bad.clear()
        assert services.consume(now=NOW + WAITS[0]) == 1
        assert services.consume(now=NOW + 9 * WAITS[1]) == 0
        assert rows("SELECT DISTINCT tries, retry_at FROM event_cursors") == [(0, None)]
    assert left() == ["a0"]
    assert queries.set_aside_page() == []


def test_replayed_it_is_handled_once_and_never_again(effects: str) -> None:
    picky = Picky("a0", "a1", "a2")
    with registry.only_consumers(Consumer("test.picky", picky)):
        beat(range(1, 6), "a")
        assert drained() == 2
        first, second, third = (aside.id for aside in queries.set_aside_page())
        picky.bad = {"a0"}
        # Asked for twice, tried once; the one that fails again stays with its new reason.
        assert services.replay(consumer="test.picky", now=NOW) == 3
        assert services.replay(ids=[first, second, third], now=NOW) == 0
        assert {aside.asked_at for aside in queries.set_aside_page()} == {NOW}
        assert drained() == 2
        assert left() == ["a1", "a2", "a3", "a4"]
        (aside,) = queries.set_aside_page()
        assert (aside.tries, aside.asked_at) == (4, None)
        # What was applied is no longer there to be replayed.
        assert services.replay(ids=[first, second, third], now=NOW) == 1
        picky.bad.clear()
        assert drained() == 1
        assert services.replay(ids=[first, second, third], now=NOW) == 0
        assert drained() == 0
    assert left() == [f"a{n}" for n in range(5)]


def test_dropped_it_is_not_handled_at_all(effects: str) -> None:
    picky = Picky("a0", "a1")
    with registry.only_consumers(Consumer("test.picky", picky)):
        beat(range(1, 4), "a")
        drained()
        one, _other = queries.set_aside_page()
        assert services.drop_set_aside(ids=[one.id], now=NOW) == 1
        assert services.drop_set_aside(ids=[one.id], now=NOW) == 0
        assert services.replay(ids=[one.id], now=NOW) == 0
        assert services.drop_set_aside(consumer="test.picky", now=NOW) == 1
        assert drained() == 0
        with pytest.raises(NoSuchConsumer):
            services.replay(consumer="test.nobody", now=NOW)
        with pytest.raises(ValueError, match="either"):
            services.drop_set_aside(now=NOW)
    assert left() == ["a2"]


def test_one_that_is_gone_from_the_log_is_not_replayed(effects: str) -> None:
    picky = Picky("a0")
    with registry.only_consumers(Consumer("test.picky", picky, backfill=True)):
        beat([1], "a", backfill=True)
        drained()
        services.retract(source="test", keys=["a0"])
        services.replay(consumer="test.picky", now=NOW)
        picky.bad.clear()
        assert drained() == 0
    assert queries.set_aside_page() == []
    assert left() == []


def test_of_removed_profiles_nothing_stays_set_aside(effects: str) -> None:
    with registry.only_consumers(Consumer("test.picky", Picky("a0", "a1"))):
        beat([1, 2], "a")
        drained()
        services.forget_profiles(profile_ids=[1])
    assert list(EventSetAside.objects.values_list("profile_id", flat=True)) == [2]


def test_a_loop_is_set_aside_at_once(effects: str) -> None:
    """A handler that answers each event with another would never come to an end."""
    tries: list[int] = []

    def echo(batch: Batch) -> None:
        tries.append(len(batch.events))
        services.record(
            [
                event.caused(FLUTE, source="echo", key=str(event.id), occurred_at=NOW, profile_id=1)
                for event in batch.events
            ],
            now=batch.now,
        )

    with registry.only_consumers(Consumer("test.echo", echo)):
        beat([1], "a")
        assert drained() == 8
        (aside,) = queries.set_aside_page()
    assert (aside.name, aside.tries) == ("flute_played", 1)
    assert aside.error.startswith("EventLoop: ")
    assert rows("SELECT max(depth), count(*) FROM events") == [(8, 9)]
    assert len(tries) == 8 + 2  # in the batch, and once by itself


@pytest.mark.parametrize("sqlstate", ["40P01", "53100"])
def test_a_deadlock_or_a_full_disk_is_never_the_fault_of_an_event(effects: str, sqlstate: str) -> None:
    def in_the_way(_event: LoggedEvent) -> Exception:
        with connection.cursor() as cursor:
            cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'in the way' USING ERRCODE = '{sqlstate}'; END $$")
        raise AssertionError

    picky = Picky("a0", raising=in_the_way)
    with registry.only_consumers(Consumer("test.picky", picky)):
        beat([1], "a")
        settled()
        for n in range(6):
            assert services.consume(now=NOW + n * WAITS[1]) == 0
        assert queries.set_aside_page() == []
        picky.bad.clear()
        assert services.consume(now=NOW + 10 * WAITS[1]) == 1
    assert left() == ["a0"]


def test_a_lost_connection_is_nobodys_fault(effects: str) -> None:
    with registry.only_consumers(Consumer("test.cut", cut_off)):
        beat([1], "a")
        settled()
        with pytest.raises(OperationalError):
            services.consume(now=NOW)
        assert rows("SELECT DISTINCT tries FROM event_cursors") == [(0,)]
    with registry.only_consumers(Consumer("test.cut", leave)):
        assert drained() == 1
    assert left() == ["a0"]


def cut_off(batch: Batch) -> None:
    """The server ends this connection in the middle of the work."""
    leave(batch)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def test_poison_in_a_large_batch_costs_no_second_batch() -> None:
    kept = Kept()

    def handle(batch: Batch) -> None:
        if any(event.key == "a150" for event in batch.events):
            raise ValueError
        kept(batch)

    with registry.only_consumers(Consumer("test.large", handle)):
        beat(range(1, 301), "a")
        settled()
        assert services.consume(now=NOW) >= 290  # one by one, but for what stands behind the one in its lane
        assert set(kept.sizes) == {1}
        assert services.drain(now=NOW) + len(kept.keys) >= 299
    assert len(kept.keys) == len(set(kept.keys)) == 299


# --- what is told of a mistake ----------------------------------------------------------------------------


def failure(action: Callable[[], object]) -> str:
    try:
        action()
    except Exception as error:
        return rules.told(error)
    raise AssertionError


def test_what_is_told_of_a_mistake_names_the_place_and_no_values() -> None:
    def fail(text: str) -> None:
        raise ValueError(text)

    for text in (
        "no such customer anna.petrova@example.com here",
        "call +7 (912) 345-67-89 back",
        "bad name 'Anna Petrova' in «Анна Петрова»",
        'no "Anna Petrova" or “Анна”',
        "first line\nDETAIL: Anna Petrova",
    ):
        told = failure(lambda text=text: fail(text))  # type: ignore[misc]
        assert told.startswith("ValueError: ")
        for value in ("anna", "petrova", "912", "345", "Анна"):
            assert value not in told.lower(), told
    told = failure(lambda: rules.months_from("x", 1))  # type: ignore[arg-type]
    assert "rules.py:" in told
    assert "months_from" in told
    assert len(failure(lambda: fail("ы" * 5000))) == 500


def test_what_the_database_says_is_told_without_the_row() -> None:
    def twice() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for _ in range(2):
                cursor.execute("INSERT INTO event_names VALUES ('anna@example.com', now())")

    with pytest.raises(IntegrityError, match="anna"):
        twice()
    told = failure(twice)
    assert "duplicate key" in told
    assert "anna" not in told
