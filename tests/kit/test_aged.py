"""In a large shop what takes long is read by a thread, and given again with its moment."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError
from psycopg.errors import QueryCanceled

from regulars.kit import aged as module
from regulars.kit import clock
from regulars.kit.aged import Aged, BeingRead, aged

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


class Reading:
    """Gives the moment it was asked with, as soon as it may `go`; `times` counts it."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.go.set()
        self.times = 0

    def __call__(self, now: datetime) -> datetime:
        assert self.go.wait(10)
        self.times += 1
        return now

    def read(self, now: datetime = NOW) -> Aged[datetime]:
        return aged("figures", self, now=now)


@pytest.fixture
def reading() -> Iterator[Reading]:
    made = Reading()
    yield made
    made.go.set()
    _settled()


@pytest.fixture
def _large(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A large shop, in which all is old at once."""
    monkeypatch.setattr(module._look, "is_large", True)
    monkeypatch.setattr(module, "FRESH_TIMES", 0)
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 10.0)
    with clock.fixed(LATER):
        yield


def _settled() -> None:
    """Nothing is read behind any more."""
    with module._behind:
        pass


def test_in_a_shop_of_usual_size_all_is_read_each_time(reading: Reading) -> None:
    assert [reading.read(), reading.read(LATER)] == [Aged(NOW, NOW), Aged(LATER, LATER)]


@pytest.mark.usefixtures("_large")
def test_what_was_never_read_is_waited_for_a_little(
    reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reading.read() == Aged(LATER, LATER)
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.1)
    reading.go.clear()
    with pytest.raises(BeingRead):
        aged("other", reading, now=NOW)


@pytest.mark.usefixtures("_large")
def test_what_was_read_is_given_while_it_is_read_anew(reading: Reading) -> None:
    reading.read()
    _settled()
    reading.go.clear()
    with clock.fixed(LATER + timedelta(minutes=5)):
        for _ in range(3):  # none of them waits, and only the first has it read
            assert reading.read(LATER) == Aged(LATER, LATER)
        reading.go.set()
        _settled()
    assert reading.times == 2
    assert reading.read(LATER).as_of == LATER + timedelta(minutes=5)


@pytest.mark.usefixtures("_large")
def test_what_is_fresh_is_not_read_anew(reading: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FRESH_TIMES", 10**12)
    for _ in range(3):
        assert reading.read() == Aged(LATER, LATER)
        _settled()
    assert reading.times == 1


@pytest.mark.usefixtures("_large")
@pytest.mark.parametrize("away", [-module.OLD, module.OLD])
def test_what_is_too_old_is_waited_for(away: timedelta, reading: Reading) -> None:
    reading.read()
    _settled()
    now = LATER + 2 * away
    with clock.fixed(now):
        assert reading.read(now) == Aged(now, now)


@pytest.mark.parametrize(("size", "is_behind"), [(0, True), (2**62, False)])
def test_in_a_large_database_all_is_read_behind_from_the_first(
    size: int, is_behind: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LARGE_BYTES", size)
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 10.0)
    monkeypatch.setattr(module._look, "until", 0.0)
    found = aged("figures", lambda _now: threading.current_thread().name, now=clock.now())
    assert (found.value == "aged") is is_behind


def test_what_is_cut_off_is_read_behind(reading: Reading) -> None:
    def cut_off_once(now: datetime) -> datetime:
        if not reading.times:
            reading.times += 1
            raise OperationalError from QueryCanceled()
        return now

    with clock.fixed(LATER):
        assert aged("figures", cut_off_once, now=NOW) == Aged(LATER, LATER)


@pytest.mark.usefixtures("_large")
def test_what_cannot_be_read_says_so_unless_it_was_read_before(reading: Reading) -> None:
    def fail(now: datetime) -> datetime:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        aged("figures", fail, now=NOW)
    assert reading.read() == Aged(LATER, LATER)
    _settled()
    assert aged("figures", fail, now=NOW) == Aged(LATER, LATER)
