"""The thread of a worker: woken by news, looking by itself, and not to be discouraged."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from tests.events.reading import DRUM, NOW, beat, rows
from tests.events.test_consuming import leave

from regulars.events import registry, running, services
from regulars.events.services import waking
from regulars.events.types import Batch, Consumer
from regulars.events.wires import CHANNEL, EVERY, as_lanes, as_text, open_wire

pytestmark = pytest.mark.django_db(transaction=True)
DEADLINE_SECONDS = 30.0


@contextlib.contextmanager
def reading(handle: Callable[[Batch], None], **values: Any) -> Iterator[running.Reader]:
    with registry.only_consumers(Consumer("test.drums", handle, **values)):
        services.ensure_consumers(now=NOW)
        reader = running.Reader(lambda: NOW)
        reader.start()
        try:
            wait_for(lambda: listening() == 1)
            yield reader
        finally:
            reader.stop(DEADLINE_SECONDS)
            assert not reader.is_alive()


def wait_for(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def listening() -> int:
    return int(
        rows(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND query = %s AND state = 'idle'",
            f"LISTEN {CHANNEL}",
        )[0][0]
    )


def handled() -> int:
    return int(rows("SELECT count(*) FROM test_effects")[0][0])


@pytest.fixture(autouse=True)
def _looks_by_itself_never(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "LOOK_SECONDS", 10_000.0)


def test_it_is_woken_by_a_commit(effects: str) -> None:
    with reading(leave):
        for n in range(1, 4):
            beat([1, 2], f"{n}-")
            wait_for(lambda n=n: handled() == 2 * n)  # type: ignore[misc]
    assert rows("SELECT count(DISTINCT event) FROM test_effects") == [(6,)]


@pytest.mark.parametrize("values", [{}, {"batch": 5}, {"batch": 5, "names": frozenset({"drum_beaten"})}])
def test_many_of_one_customer_at_once_are_all_handled(effects: str, values: dict[str, Any]) -> None:
    """More than is taken of a lane at a time: the rest does not wait for the next look."""
    with reading(leave, **values):
        beat([1] * 400)
        wait_for(lambda: handled() == 400)


def test_it_goes_on_when_what_stood_in_the_way_has_ended(effects: str) -> None:
    """Nobody tells of the end of a transaction that recorded nothing."""
    with reading(leave), open_wire() as other:
        with other.transaction():
            other.execute("SELECT pg_current_xact_id()")
            beat([1], "held")
            beat([2], "held too")
            assert handled() == 0
        wait_for(lambda: handled() == 2)


def test_what_a_handler_records_wakes_it_again(effects: str) -> None:
    def answer(batch: Batch) -> None:
        leave(batch)
        services.record(
            [
                event.caused(DRUM, source="answer", key=str(event.id), occurred_at=NOW, profile_id=5)
                for event in batch.events
                if event.depth < 3
            ],
            now=batch.now,
        )

    with reading(answer):
        beat([1])
        wait_for(lambda: handled() == 4)


def test_news_that_is_lost_is_found_by_looking(effects: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "LOOK_SECONDS", 0.05)
    with reading(leave):
        with registry.only_consumers():  # so that nobody tells
            beat([1, 2, 3])
        wait_for(lambda: handled() == 3)


def test_while_nothing_happens_it_asks_the_database_nothing(effects: str) -> None:
    with reading(leave):
        beat([1])
        wait_for(lambda: handled() == 1)
        wait_for(_commits_stand_still)


def _commits_stand_still() -> bool:
    """Whether no backend but this one has begun a statement for a while."""
    last = "SELECT max(query_start) FROM pg_stat_activity WHERE datname = current_database() AND pid <> %s"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (mine,) = cursor.fetchone()
    before = rows(last, mine)
    deadline = time.monotonic() + 0.3
    while time.monotonic() < deadline:
        if rows(last, mine) != before:
            return False
        time.sleep(0.02)
    return True


def test_it_outlives_its_connections(effects: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "TROUBLE_SECONDS", (0.01, 0.1))
    with reading(leave):
        for n in range(3):
            beat([1, 2], f"{n}-")
            rows(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            wait_for(lambda: listening() == 1)
        wait_for(lambda: handled() == 6)
    assert rows("SELECT count(DISTINCT event) FROM test_effects") == [(6,)]


def test_a_mistake_of_ours_does_not_end_it(effects: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "TROUBLE_SECONDS", (0.01, 0.1))
    with reading(leave):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE event_cursors RENAME TO not_there")
        beat([1])
        wait_for(lambda: listening() <= 1)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE not_there RENAME TO event_cursors")
        wait_for(lambda: handled() == 1)


def test_asking_for_another_try_wakes_it(effects: str) -> None:
    is_bad = True

    def handle(batch: Batch) -> None:
        leave(batch)
        if is_bad:
            raise ValueError

    with registry.only_consumers(Consumer("test.drums", handle)):
        beat([1])
        services.drain(now=NOW)
    with reading(handle):
        is_bad = False
        assert services.replay(consumer="test.drums", now=NOW) == 1
        wait_for(lambda: handled() == 1)


# --- telling ------------------------------------------------------------------------------------------


@contextlib.contextmanager
def hearing() -> Iterator[Callable[[], list[str]]]:
    with open_wire() as wire:
        wire.execute(f"LISTEN {CHANNEL}")
        yield lambda: [notify.payload for notify in wire.notifies(timeout=0.05)]


def test_it_is_told_after_the_commit_and_of_the_lanes_concerned() -> None:
    with hearing() as heard, registry.only_consumers(Consumer("test.drums", leave)):
        with transaction.atomic():
            beat([1, 1, 1])  # lane 39
            assert heard() == []
        assert {as_lanes(text) for text in heard()} == {1 << 39}
        with transaction.atomic():
            beat([2])
            transaction.set_rollback(True)
        assert heard() == []
        beat([1, 1, 1])  # nothing new in it
        assert heard() == []


def test_backfill_wakes_only_those_who_read_it() -> None:
    with hearing() as heard:
        with registry.only_consumers(Consumer("test.drums", leave)):
            beat([1], "a", backfill=True)
            assert heard() == []
        with registry.only_consumers(Consumer("test.drums", leave, backfill=True)):
            beat([1], "b", backfill=True)
            assert len(heard()) == 1
        with registry.only_consumers():
            beat([1], "c")
            assert heard() == []


def test_lanes_as_they_are_sent() -> None:
    assert as_lanes(as_text(1 << 63 | 5)) == 1 << 63 | 5
    assert as_lanes("of another release") == EVERY


def test_a_process_with_many_threads_tells_much_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waking, "IDLE_SECONDS", 0.1)
    teller = waking._Teller()
    with hearing() as heard:
        teller.start()
        for lane in range(64):
            teller.add(1 << lane)
        told: list[str] = []

        def all_told() -> bool:
            told.extend(heard())
            lanes = 0
            for text in told:
                lanes |= as_lanes(text)
            return lanes == EVERY

        wait_for(all_told)
    assert len(told) < 20
    told_by = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE %s"
    wait_for(lambda: rows(told_by, "SELECT pg_notify%") == [(0,)])  # it keeps no connection while idle
    assert teller.is_alive()


def test_the_wire_is_none_of_djangos() -> None:
    with open_wire() as wire:
        assert wire.autocommit
        assert wire.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        assert wire.info.dbname == connection.settings_dict["NAME"]
