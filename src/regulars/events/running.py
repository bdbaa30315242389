"""The thread of a worker that has the log read: woken by news, and looking by itself now and then."""

from __future__ import annotations

import logging
import os
import select
import threading
import time
from collections.abc import Callable
from datetime import datetime

import psycopg
from django.db import connections

from regulars.events.queries.horizon import Horizon, horizon
from regulars.events.services.consuming import one_round
from regulars.events.wires import CHANNEL, EVERY, as_lanes, open_wire

logger = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
"""Without news all lanes are looked at this often: news may be lost with a process or a connection."""
HELD_SECONDS = (0.005, 0.1)
"""While an older transaction keeps news from being read: the first wait for its end, and the longest."""
TROUBLE_SECONDS = (0.2, 5.0)


class Reader(threading.Thread):
    """Has the registered consumers handle what happens, until `stop`."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__(name="events.reader", daemon=True)
        self._clock = clock
        self._is_stopping = threading.Event()
        self._stop_reading, self._stop_writing = os.pipe()

    def stop(self, seconds: float) -> None:
        """Tell it to leave off after the batch it is at, and wait for that; what it has not done stays."""
        self._is_stopping.set()
        os.write(self._stop_writing, b".")
        self.join(seconds)
        if not self.is_alive():
            os.close(self._stop_reading)
            os.close(self._stop_writing)

    def run(self) -> None:
        wait, longest = TROUBLE_SECONDS
        while not self._is_stopping.is_set():
            began = time.monotonic()
            try:
                with open_wire() as wire:
                    wire.execute(f"LISTEN {CHANNEL}")
                    self._read(wire)
            except Exception as error:  # a thread that ends would leave everything unread
                if isinstance(error, psycopg.Error) or isinstance(error.__cause__, psycopg.Error):
                    logger.warning("the log cannot be read right now: %s", type(error).__name__)
                else:
                    logger.exception("reading the log failed")
                if time.monotonic() - began > longest:
                    wait = TROUBLE_SECONDS[0]
                self._is_stopping.wait(wait)
                wait = min(2 * wait, longest)
            finally:
                connections.close_all()

    def _read(self, wire: psycopg.Connection[tuple[object, ...]]) -> None:
        news = _News()
        while not self._is_stopping.is_set():
            edge = horizon()
            if news.begin(edge):
                lanes = [lane for lane in range(64) if news.lanes >> lane & 1]
                done = one_round(now=self._clock(), lanes=lanes, up_to=edge)
                news.end(edge, is_more=done.is_more)
            for text in self._wait(wire, news.wait()):
                news.add(as_lanes(text))

    def _wait(self, wire: psycopg.Connection[tuple[object, ...]], seconds: float) -> list[str]:
        """What was told within so many seconds; the first news, or being told to stop, ends the wait."""
        if seconds:
            select.select([wire.fileno(), self._stop_reading], [], [], seconds)
        return [notify.payload for notify in wire.notifies(timeout=0)]


class _News:
    """Which lanes there is something in, and whether all of it can be read yet."""

    def __init__(self) -> None:
        self.lanes = EVERY
        self._looks_at = 0.0
        self._since: int | None = None
        """Below this transaction id lies all that the news can be about; None: not known yet."""
        self._edge = (-1, -1)
        self._is_more = False
        self._held = HELD_SECONDS[0]

    def add(self, lanes: int) -> None:
        self.lanes |= lanes
        self._since = None
        self._edge = (-1, -1)
        self._held = HELD_SECONDS[0]

    def begin(self, edge: Horizon) -> bool:
        """Whether there may be something to read up to this edge that was not there before."""
        if self._looks_at <= time.monotonic():
            self.add(EVERY)
            self._looks_at = time.monotonic() + LOOK_SECONDS
        if self._since is None:
            self._since = edge.next
        reached = (edge.fresh, edge.everything)
        is_new = self.lanes != 0 and (self._is_more or reached != self._edge)
        self._edge = reached
        return is_new

    def end(self, edge: Horizon, *, is_more: bool) -> None:
        """After a round up to this edge: news that could be read in whole is none any more."""
        self._is_more = is_more
        if not is_more and self._since is not None and min(edge.fresh, edge.everything) >= self._since:
            self.lanes = 0

    def wait(self) -> float:
        """How long there is nothing to do unless somebody tells something."""
        if self._is_more:
            return 0.0
        left = max(0.0, self._looks_at - time.monotonic())
        if not self.lanes:
            return left
        held, self._held = self._held, min(2 * self._held, HELD_SECONDS[1])
        return min(held, left)
