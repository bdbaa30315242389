"""Telling workers that there is something to read, after the commit and outside of any transaction.

Told inside, it would take a lock that all commits of the database share. What is told is a help only: the
workers also look by themselves every now and then.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterable

import psycopg
from django.db import DatabaseError, connection, transaction

from regulars.events import registry, rules
from regulars.events.wires import CHANNEL, as_text, open_wire

_TELL = "SELECT pg_notify(%s, %s)"
GATHER_SECONDS = 0.02
"""So long a process gathers what it has to tell: many commits a second are one piece of news."""
AGAIN_SECONDS = 1.0
IDLE_SECONDS = 60.0


def after_commit(profile_ids: Iterable[int | None], *, backfill: bool) -> None:
    """Wake those who read the lanes of these profiles once the transaction around us is committed."""
    if any(consumer.backfill or not backfill for consumer in registry.consumers()):
        lanes = 0
        for profile_id in profile_ids:
            lanes |= 1 << rules.lane_of(profile_id)
        transaction.on_commit(lambda: _tell(lanes), robust=True)


def wake_all() -> None:
    """Wake all workers for all lanes, as when somebody asks for something to be tried again."""
    transaction.on_commit(lambda: _tell(2**64 - 1), robust=True)


def _tell(lanes: int) -> None:
    if _tellers:
        _tellers[0].add(lanes)
        return
    with contextlib.suppress(DatabaseError), connection.cursor() as cursor:
        cursor.execute(_TELL, [CHANNEL, as_text(lanes)])


class _Teller(threading.Thread):
    """Sends the news of a process with many threads, so that none of them waits for it."""

    def __init__(self) -> None:
        super().__init__(name="events.teller", daemon=True)
        self._lock = threading.Lock()
        self._has_news = threading.Event()
        self._lanes = 0

    def add(self, lanes: int) -> None:
        with self._lock:
            self._lanes |= lanes
        self._has_news.set()

    def run(self) -> None:
        while self._has_news.wait():
            try:
                with open_wire() as wire:
                    self._tell_over(wire)
            except psycopg.Error:
                time.sleep(AGAIN_SECONDS)  # the database is away; workers find the events by themselves

    def _tell_over(self, wire: psycopg.Connection[tuple[object, ...]]) -> None:
        """Until there has been nothing to tell for a while: an idle process needs no connection."""
        while self._has_news.wait(IDLE_SECONDS):
            self._has_news.clear()
            with self._lock:
                lanes, self._lanes = self._lanes, 0
            wire.execute(_TELL, [CHANNEL, as_text(lanes)])
            time.sleep(GATHER_SECONDS)


_tellers: list[_Teller] = []
"""The thread of this process that tells, if there is one."""


def tell_behind() -> None:
    """From now on this process tells its news in a thread of its own; web servers call it at their start."""
    if not _tellers:
        _tellers.append(_Teller())
        _tellers[0].start()
