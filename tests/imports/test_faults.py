"""What happens when something goes wrong in the middle: nothing is lost, nothing is there twice."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection
from tests.imports.conftest import NOW, Files
from tests.together import together

from regulars.imports import queries, services, tasks
from regulars.imports.kinds.orders.work import OrdersWork
from regulars.imports.types import ImportRow, State

WAIT_SECONDS_MAX = 120


def _orders(count: int, lines: int = 2) -> str:
    rows = ["order_id,customer_id,date,product,quantity,amount"]
    for n in range(count):
        for line in range(lines):
            day = f"2025-{n % 12 + 1:02}-{n % 28 + 1:02}"
            rows.append(f"A{n},C{n % (count // 3 + 1)},{day},P{(n + line) % 50},1,{n % 90 + line + 1}.00")
        if n % 10 == 0:
            rows.append(f"A{n},C{n % (count // 3 + 1)},2025-12-31,P{n % 50},-1,-0.50")
    return "\n".join(rows) + "\n"


def _state() -> dict[str, tuple[Any, ...]]:
    """How much there is of everything, and its sums."""
    queries_ = {
        "profiles": "SELECT count(*), count(DISTINCT external_id) FROM customers_profile",
        "persons": "SELECT count(*) FROM customers_person",
        "products": "SELECT count(*) FROM commerce_product",
        "orders": "SELECT count(*), count(DISTINCT external_id), sum(amount_minor) FROM commerce_order",
        "lines": "SELECT count(*), sum(amount_minor), sum(quantity) FROM commerce_orderline",
        "credits": "SELECT count(*), sum(amount_minor) FROM commerce_credit",
        "facts": "SELECT kind, count(*), sum(amount_minor) FROM facts_order_lines GROUP BY 1 ORDER BY 1",
        "events": "SELECT name, count(*) FROM events GROUP BY name ORDER BY name",
        "counts": "SELECT name, sum(count) FROM event_counts GROUP BY name ORDER BY name",
    }
    found = {}
    with connection.cursor() as cursor:
        for name, query in queries_.items():
            cursor.execute(query)
            found[name] = tuple(cursor.fetchall())
    return found


def _clear() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE customers_person, commerce_product, commerce_branch, commerce_order, events,"
            " event_keys, event_counts, imports_import CASCADE"
        )


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_file_at_once(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    path = files.write(_orders(300))
    alone = files.bring_in(path)
    wanted, things = _state(), alone.report.things
    _clear()
    monkeypatch.setattr("regulars.imports.kinds.tabled.cut", lambda sizes: [100, 200, 300, len(sizes)])
    meeting, seen = Barrier(2), []
    original = OrdersWork.apply

    def met(self: OrdersWork, number: int, ledger: Any, now: Any) -> None:
        if number == 0:  # the second comes after the first has begun to write, so only the first time
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM commerce_order")
                if len(seen) < 2:
                    seen.append(cursor.fetchone()[0])
                    meeting.wait(WAIT_SECONDS_MAX)
        original(self, number, ledger, now)

    monkeypatch.setattr(OrdersWork, "apply", met)
    numbers = [files.take(path), files.take(path)]
    for number in numbers:
        services.start(import_id=number, user_id=None, now=NOW)
    rows = together([lambda n=number: files.advance(n) for number in numbers])  # type: ignore[misc]
    assert seen == [0, 0]  # both found an empty shop: whoever only looks before writing writes twice
    assert [row.state for row in rows if isinstance(row, ImportRow)] == [State.DONE, State.DONE], rows
    assert _state() == wanted
    for thing, counts in things.items():
        both = [row.report.things[thing] for row in rows if isinstance(row, ImportRow)]
        assert sum(c.created for c in both) == counts.created, thing
        assert all(c.created + c.changed + c.same == counts.created for c in both), thing


@pytest.mark.django_db(transaction=True)
def test_one_import_is_not_worked_at_twice(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    path = files.write(_orders(200))
    number = files.take(path)
    services.start(import_id=number, user_id=None, now=NOW)
    begun = []
    original = OrdersWork.apply

    def noted(self: OrdersWork, batch: int, ledger: Any, now: Any) -> None:
        begun.append(batch)
        original(self, batch, ledger, now)

    monkeypatch.setattr(OrdersWork, "apply", noted)
    together([lambda: files.advance(number)] * 3)
    assert begun == [0]
    assert files.row(number).state is State.DONE


@contextmanager
def _room_for(size: int) -> Iterator[None]:
    """Within the block no file may grow beyond this, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.django_db
@pytest.mark.slow
def test_a_full_disk_leaves_nothing_half(files: Files, home: Path) -> None:
    path = files.write(_orders(5000))
    with _room_for(50_000):
        number = files.take(path)
    row = files.row(number)
    assert (row.state, row.error_code, row.has_file) == (State.FAILED, "disk_full", False)
    assert "room" in row.error_text
    assert list((home / "imports").iterdir()) == []
    assert files.bring_in(path).state is State.DONE


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_full_says_so_and_it_goes_on_later(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server refuses in the midst of a batch: of this batch nothing stays, of the others all."""
    path = files.write(_orders(300))
    monkeypatch.setattr("regulars.imports.kinds.tabled.cut", lambda sizes: [100, 200, len(sizes)])
    number = files.take(path)
    services.start(import_id=number, user_id=None, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " IF NEW.batch = 1 THEN RAISE EXCEPTION 'no space' USING ERRCODE = 'disk_full'; END IF;"
            " RETURN NEW; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER full_disk BEFORE INSERT ON imports_change"
            " FOR EACH ROW EXECUTE FUNCTION full_disk()"
        )
    try:
        row = files.advance(number)
        assert (row.state, row.error_code) == (State.FAILED, "disk_full")
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM commerce_order WHERE TRUE")
            assert 0 < cursor.fetchone()[0] < 300
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER full_disk ON imports_change")
            cursor.execute("DROP FUNCTION full_disk")
    services.resume(import_id=number, now=NOW)
    assert files.advance(number).state is State.DONE
    halted = _state()
    _clear()
    files.bring_in(path)
    assert _state() == halted


def _worker(home: Path) -> subprocess.Popen[bytes]:
    """A real worker on the test's database."""
    url = urlsplit(os.environ["DATABASE_URL"])
    name = connection.settings_dict["NAME"]
    environment = os.environ | {
        "DATABASE_URL": urlunsplit(url._replace(path=f"/{name}")),
        "REGULARS_HOME": str(home),
        "REGULARS_SECRET_KEY": "x" * 50,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "regulars", "worker"], env=environment, start_new_session=True
    )


def _until(number: int, enough: Any) -> ImportRow:
    ends_at = time.monotonic() + WAIT_SECONDS_MAX
    while True:
        row = queries.import_state(number)
        assert row is not None
        if enough(row):
            return row
        assert time.monotonic() < ends_at, row
        assert row.state is not State.FAILED, row
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle(files: Files, home: Path) -> None:
    path = files.write(_orders(8_000))
    files.bring_in(path)
    wanted = _state()
    _clear()
    number = files.take(path)
    services.start(import_id=number, user_id=None, now=NOW)
    first = _worker(home)
    try:
        row = _until(number, lambda row: 0 < row.done < row.total)
    finally:
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    assert (row.state, _state() == wanted) == (State.RUNNING, False)
    assert services.plan_undo(import_id=number).removed["order"] < 8_000
    # What the schedule does each minute.
    tasks.pick_up(NOW, 100)
    second = _worker(home)
    try:
        row = _until(number, lambda row: row.state is State.DONE)
    finally:
        os.killpg(second.pid, signal.SIGTERM)
        second.wait()
    assert _state() == wanted
    assert row.report.things["order"].created == 8_000
    assert row.report.things["credit"].created == 800
    assert row.report.used == row.report.rows == row.done
