from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from threading import Barrier

import pytest
from django.db import connection, transaction
from tests.together import together

from regulars.events import queries, registry, services
from regulars.events.models import LogEpoch
from regulars.events.types import EventType, LoggedEvent, NewEvent, Position

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
BELL = EventType("bell_rung")
registry.register(BELL)
LANE = 39
"""That of profile 1."""
NEIGHBOUR = next(n for n in range(2, 1000) if (n * 2654435761 >> 26) & 63 == LANE)
"""Another profile of that lane: the counts of one are a row that two writers would wait for."""


def ring(*keys: str) -> None:
    with transaction.atomic():
        services.record(
            [NewEvent(type=BELL, source="test", key=key, occurred_at=NOW, profile_id=1) for key in keys],
            now=NOW,
        )


def settled() -> None:
    """Wait for the transactions of tests beside these, on the same server: they hold readers back too."""
    deadline = time.monotonic() + 60
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        (mine,) = cursor.fetchone()
        while True:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot()) > %s::xid8", [mine])
            if cursor.fetchone() == (True,):
                return
            assert time.monotonic() < deadline


def read(after: Position, limit: int = 100) -> Iterator[LoggedEvent]:
    """As a consumer does: page by page, from where it stopped."""
    while page := queries.in_order(lane=LANE, after=after, limit=limit):
        yield from page
        after = page[-1].position


def move() -> None:
    """As if the rows had come from another server, whose transactions had far higher numbers."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE log_epochs SET system_identifier = system_identifier - 1")
        cursor.execute("UPDATE events SET xid = '9000000000000'::xid8")


@pytest.mark.django_db
def test_the_first_server_is_noted_once() -> None:
    assert services.open_epoch_if_moved(now=NOW) == 1
    assert services.open_epoch_if_moved(now=NOW) is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT system_identifier FROM pg_control_system()")
        (here,) = cursor.fetchone()
    assert list(LogEpoch.objects.values_list()) == [(1, here, NOW)]


@pytest.mark.django_db
def test_another_server_opens_the_next_epoch() -> None:
    services.open_epoch_if_moved(now=NOW)
    move()
    assert services.open_epoch_if_moved(now=NOW) == 2
    assert services.open_epoch_if_moved(now=NOW) is None
    move()  # and back, or on to a third one
    assert services.open_epoch_if_moved(now=NOW) == 3


@pytest.mark.django_db(transaction=True)
def test_several_processes_that_start_at_once_open_one() -> None:
    results = together([partial(services.open_epoch_if_moved, now=NOW)] * 6)
    assert sorted(results, key=str) == [1] + [None] * 5


@pytest.mark.django_db(transaction=True)
def test_after_a_move_nothing_is_lost_and_nothing_read_twice() -> None:
    services.open_epoch_if_moved(now=NOW)
    ring("a", "b")
    ring("c")
    settled()
    first = list(read(Position(), limit=2))
    assert [event.key for event in first] == ["a", "b", "c"]
    move()
    # Whoever had not read all of it goes on at the same place, though the xids were moved along.
    services.open_epoch_if_moved(now=NOW)
    ring("d")
    ring("e")
    settled()
    everything = list(read(Position(), limit=2))
    assert [event.key for event in everything] == ["a", "b", "c", "d", "e"]
    assert [event.position.epoch for event in everything] == [1, 1, 1, 2, 2]
    # The new server counts from below: by xid alone these would have been passed over.
    assert everything[3].position.xid < everything[2].position.xid
    assert [event.key for event in read(everything[2].position)] == ["d", "e"]
    assert list(read(everything[-1].position)) == []


@pytest.mark.django_db(transaction=True)
def test_without_an_epoch_events_after_a_move_would_be_lost() -> None:
    services.open_epoch_if_moved(now=NOW)
    ring("a")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE events SET xid = '9000000000000'::xid8")
    # The rows stand as after a restore, but nobody has opened an epoch.
    where = Position(1, 9_000_000_000_000, 2**62)
    ring("b")
    settled()
    assert list(read(where)) == []


def _hold(key: str, written: Barrier, read_once: Barrier) -> None:
    with transaction.atomic():
        services.record(
            [NewEvent(type=BELL, source="test", key=key, occurred_at=NOW, profile_id=NEIGHBOUR)], now=NOW
        )
        written.wait(10)
        read_once.wait(10)


def _read_twice(written: Barrier, read_once: Barrier) -> list[list[str]]:
    written.wait(10)
    ring("fast")
    during = [event.key for event in read(Position())]
    read_once.wait(10)
    return [during]


@pytest.mark.django_db(transaction=True)
def test_a_reader_does_not_pass_a_transaction_that_is_open() -> None:
    services.open_epoch_if_moved(now=NOW)
    ring("first")
    settled()
    written, read_once = Barrier(2), Barrier(2)
    results = together([partial(_hold, "slow", written, read_once), partial(_read_twice, written, read_once)])
    assert results == [None, [["first"]]]
    settled()
    assert [event.key for event in read(Position())] == ["first", "slow", "fast"]
