"""Many callers at one moment share a transaction, and none pays for another."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import OperationalError

from regulars.api.ingest.together import GROUP_MAX, Together

CALLERS = 32
WAIT_SECONDS_MAX = 30


class Disk:
    """Takes its time, and notes what was written together."""

    def __init__(self) -> None:
        self.groups: list[list[Any]] = []
        self.open = threading.Event()

    def write(self, entries: Sequence[Any]) -> list[Any]:
        self.groups.append(list(entries))
        assert self.open.wait(WAIT_SECONDS_MAX)
        for entry in entries:
            if isinstance(entry, Exception):
                raise entry
        return [("written", entry) for entry in entries]


def put_all(together: Together, disk: Disk, calls: Sequence[list[Any]], waiting: int) -> list[Any]:
    """What each caller was told; the disk is held until so many wait behind those that write."""

    def put(entries: list[Any]) -> Any:
        try:
            return together.put(entries)
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        told = [pool.submit(put, entries) for entries in calls]
        deadline = time.monotonic() + WAIT_SECONDS_MAX
        while len(together._waiting) < waiting:
            assert time.monotonic() < deadline
        disk.open.set()
        return [one.result(WAIT_SECONDS_MAX) for one in told]


def test_each_is_told_what_became_of_its_own_and_few_writes_serve_many() -> None:
    disk = Disk()
    together = Together(disk.write, writers=1)
    calls = [[f"{n}a", f"{n}b"] for n in range(CALLERS)]
    told = put_all(together, disk, calls, CALLERS - 1)
    assert told == [[("written", entry) for entry in entries] for entries in calls]
    assert sorted(entry for group in disk.groups for entry in group) == sorted(
        entry for entries in calls for entry in entries
    )
    assert len(disk.groups) == 2


def test_groups_are_limited() -> None:
    disk = Disk()
    together = Together(disk.write, writers=1)
    calls = [[n] * 20 for n in range(CALLERS)]
    assert put_all(together, disk, calls, CALLERS - 1) == [[("written", n)] * 20 for n in range(CALLERS)]
    assert max(map(len, disk.groups)) <= GROUP_MAX


def test_who_breaks_breaks_alone() -> None:
    disk = Disk()
    together = Together(disk.write, writers=1)
    broken = ZeroDivisionError("a bug")
    calls: list[list[Any]] = [[n] for n in range(8)] + [[broken]]
    told = put_all(together, disk, calls, 8)
    assert told == [[("written", n)] for n in range(8)] + [broken]


def test_without_a_database_all_are_told_and_nobody_hangs() -> None:
    disk = Disk()
    together = Together(disk.write, writers=2)
    told = put_all(together, disk, [[OperationalError("away")] for _ in range(CALLERS)], CALLERS - 2)
    assert all(isinstance(one, OperationalError) for one in told)
    disk.groups.clear()
    assert together.put([1]) == [("written", 1)]  # and the next is served again


@pytest.mark.parametrize("writers", [1, 2, 3])
def test_nobody_is_forgotten_under_load(writers: int) -> None:
    together = Together(list, writers=writers)

    def client(number: int) -> bool:
        return all(together.put([(number, turn)]) == [(number, turn)] for turn in range(300))

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(client, range(16), timeout=WAIT_SECONDS_MAX))
    assert together._free == writers
