"""Processes that write and read the log, to be killed: `python -m tests.events.processes WHAT …`."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

CONSUMER = "test.effects"
BATCH = 50
SECONDS_MAX = 60


@contextlib.contextmanager
def process(url: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """One of them, killed at the end of the block if it still runs."""
    running = subprocess.Popen(
        [sys.executable, "-m", "tests.events.processes", *arguments],
        env=os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "regulars.config.settings"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


def said(running: subprocess.Popen[str]) -> str:
    """Its next line; a process that says nothing for a minute is killed, and the line is empty."""
    assert running.stdout is not None
    patience = threading.Timer(SECONDS_MAX, running.kill)
    patience.start()
    try:
        return running.stdout.readline().strip()
    finally:
        patience.cancel()


def ended(running: subprocess.Popen[str]) -> None:
    """Its input is at its end; so should it be."""
    running.communicate("", timeout=SECONDS_MAX)
    assert running.returncode == 0


def _read(pause_at: int) -> None:
    """A worker's reader; in its batch number `pause_at` it says so and waits to be killed."""
    from tests.events.test_consuming import leave

    from regulars.events import registry, services
    from regulars.events.running import Reader
    from regulars.events.types import Batch, Consumer
    from regulars.kit import clock

    batches = 0

    def handle(batch: Batch) -> None:
        nonlocal batches
        leave(batch)
        batches += 1
        if batches == pause_at:
            print("in the middle", flush=True)
            time.sleep(SECONDS_MAX)

    with registry.only_consumers(Consumer(CONSUMER, handle, batch=BATCH)):
        services.open_epoch_if_moved(now=clock.now())
        reader = Reader(clock.now)
        print("reading", flush=True)
        reader.start()
        sys.stdin.read()
        reader.stop(SECONDS_MAX)


def _write(tag: str, count: int) -> None:
    """Events one at a time, each of them again until it is known to be in, as a client does."""
    from django.db import DatabaseError, InterfaceError, connection
    from tests.events.reading import beat

    from regulars.events import registry
    from regulars.events.types import Consumer

    with registry.only_consumers(Consumer(CONSUMER, lambda batch: None)):
        for n in range(count):
            deadline = time.monotonic() + SECONDS_MAX
            while True:
                try:
                    beat([n % 20], f"{tag}{n}-")
                    break
                except (DatabaseError, InterfaceError):
                    assert time.monotonic() < deadline
                    connection.close()
                    time.sleep(0.02)
            if n == count // 2:
                print("half", flush=True)


if __name__ == "__main__":
    import django

    django.setup()
    if sys.argv[1] == "read":
        _read(int(sys.argv[2]))
    else:
        _write(sys.argv[2], int(sys.argv[3]))
