"""Processes that are killed and servers that go away: nothing is lost, and nothing happens twice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit, urlunsplit

import psycopg
import pytest
from django.db import connection, transaction
from tests.events.processes import BATCH, CONSUMER, SECONDS_MAX, ended, process, said
from tests.events.reading import DRUM, NOW, beat, drained, profiles_of, rows
from tests.events.test_consuming import Kept

from regulars.config.local.postgres import EmbeddedPostgres
from regulars.events import registry, services
from regulars.events.types import Consumer, NewEvent

NEVER = "0"


def wait_for(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def url_of_the_test() -> str:
    """That of the database this test has."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path="/" + str(connection.settings_dict["NAME"])))


@pytest.mark.slow
@pytest.mark.parametrize("pause_at", [1, 3])
def test_a_worker_killed_in_the_middle_of_a_batch(effects: str, pause_at: int) -> None:
    beat(range(1, 501))
    url = url_of_the_test()
    with process(url, "read", str(pause_at)) as first:
        assert said(first) == "reading"
        assert said(first) == "in the middle"
        first.kill()
        first.wait()
    # What it had done in that batch is not there; the batches before are, with their cursors.
    before = (pause_at - 1) * BATCH
    assert rows("SELECT count(*), count(DISTINCT event) FROM test_effects") == [(before, before)]
    with process(url, "read", NEVER) as second:
        wait_for(lambda: rows("SELECT count(*) FROM test_effects") == [(500,)])
        ended(second)
    assert rows("SELECT count(*), count(DISTINCT event) FROM test_effects") == [(500, 500)]


@pytest.mark.slow
def test_one_of_two_workers_is_killed_and_the_other_does_its_part(effects: str) -> None:
    url = url_of_the_test()
    beat(range(1, 501))
    with process(url, "read", "2") as one:
        # The other comes when the first is in its second batch: before, it could take all of them.
        assert said(one) == "reading"
        assert said(one) == "in the middle"
        with process(url, "read", NEVER) as other:
            assert said(other) == "reading"
            beat(range(1, 501), "more")
            one.kill()
            one.wait()
            wait_for(lambda: rows("SELECT count(*) FROM test_effects") == [(1000,)])
            ended(other)
    assert rows("SELECT count(DISTINCT event) FROM test_effects") == [(1000,)]


class OwnServer:
    """A server that may be restarted, always found at the same place. It writes to the disk: what was
    answered for has to be there after."""

    def __init__(self, folder: Path) -> None:
        self._server = EmbeddedPostgres(folder / "server")
        self._link = folder / "at"
        self.start()
        self.url = self._server.url("regulars").partition("?")[0] + "?host=" + quote(str(self._link))

    def start(self) -> None:
        self._server.start()
        self._link.unlink(missing_ok=True)
        place = parse_qs(urlsplit(self._server.url()).query)["host"][0]
        self._link.symlink_to(place)

    def stop(self) -> None:
        self._server.stop()

    def asked(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as wire:
            return wire.execute(query).fetchall()


@pytest.fixture
def own_server() -> Iterator[OwnServer]:
    folder = Path(tempfile.mkdtemp(prefix="regulars-test-", dir="/tmp"))
    folder.chmod(0o711)
    server = OwnServer(folder)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@pytest.mark.slow
def test_the_database_is_restarted_under_load(own_server: OwnServer) -> None:
    url, asked = own_server.url, own_server.asked
    subprocess.run(
        [sys.executable, "-m", "regulars", "migrate"],
        env=os.environ | {"DATABASE_URL": url},
        check=True,
        capture_output=True,
        timeout=SECONDS_MAX,
    )
    with psycopg.connect(url, autocommit=True) as wire:
        wire.execute("CREATE TABLE test_effects (event bigint, profile bigint, by text DEFAULT '')")
    count, writers = 600, 3
    with ExitStack() as stack:
        readers = [stack.enter_context(process(url, "read", NEVER)) for _ in range(2)]
        writing = [stack.enter_context(process(url, "write", f"w{n}-", str(count))) for n in range(writers)]
        for one in writing:
            assert said(one) == "half"
        own_server.stop()
        own_server.start()
        for one in writing:
            ended(one)
        total = count * writers
        assert asked("SELECT count(*), count(DISTINCT key) FROM events") == [(total, total)]
        wait_for(lambda: asked("SELECT count(*) FROM test_effects") == [(total,)])
        for reader in readers:
            ended(reader)
    assert asked("SELECT count(*), count(DISTINCT event) FROM test_effects") == [(total, total)]
    assert asked("SELECT sum(count) FROM event_counts") == [(total,)]
    assert asked(f"SELECT max(tries) FROM event_cursors WHERE consumer = '{CONSUMER}'") == [(0,)]


@pytest.mark.django_db(transaction=True)
def test_clocks_that_differ_by_two_seconds_change_nothing() -> None:
    """The order is that of the commits; `received_at` and `now` of the worker are of no account to it."""
    kept = Kept()
    one = profiles_of(5, 1)[0]
    ahead, behind = NOW + timedelta(seconds=2), NOW - timedelta(seconds=2)

    def record(key: str, now: Any) -> None:
        with transaction.atomic():
            services.record(
                [NewEvent(type=DRUM, source="test", key=key, occurred_at=now, profile_id=one)], now=now
            )

    with registry.only_consumers(Consumer("test.drums", kept)):
        for n in range(6):
            record(f"{n}", ahead if n % 2 else behind)
        assert drained() == 6
        record("6", ahead)
        record("7", behind)
        assert drained() == 2
        assert services.consume(now=behind) == 0
    assert kept.keys == [str(n) for n in range(8)]
