"""The worker's part: sending, looking each minute for what is due, tidying."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, time

from django.db import OperationalError, connection
from procrastinate.contrib.django import app

from regulars.kit import clock
from regulars.kit.schedules import Daily, Every, Schedule
from regulars.webhooks import queries, services
from regulars.webhooks.models import SEND

logger = logging.getLogger(__name__)


class Sender:
    """The one thread of a process that sends, as long as something is due.

    It is a thread of its own rather than a job, since receivers may be slow and the worker does only a
    few jobs at once. It leaves off when the main thread has ended; what it had in hand is taken up later.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_running = self._is_asked = False

    def ask(self) -> None:
        """Have it look for what is due; if it is at it, once more afterwards."""
        with self._lock:
            self._is_asked = True
            if self._is_running:
                return
            self._is_running = True
        threading.Thread(target=self._run, name="webhooks").start()

    def _run(self) -> None:
        try:
            while self._is_wanted():
                services.send_due(clock=clock.now, enough=_is_over)
        except OperationalError as error:  # the schedule asks again when the database is back
            logger.warning("webhooks wait for the database: %s", type(error).__name__)
            self._stop()
        except Exception:
            logger.exception("sending webhooks failed")
            self._stop()
        finally:
            connection.close()

    def _is_wanted(self) -> bool:
        with self._lock:
            self._is_running = self._is_asked and not _is_over()
            self._is_asked = False
            return self._is_running

    def _stop(self) -> None:
        with self._lock:
            self._is_running = False


def _is_over() -> bool:
    return not threading.main_thread().is_alive()


_sender = Sender()


@app.task(name=SEND)
def send() -> None:
    """Have what is due sent. Asked for by `services`."""
    _sender.ask()


def wake(now: datetime, limit: int) -> int:
    """Have what is due sent: next tries, and what a worker that died had in hand."""
    if queries.any_due(now):
        services.wake()
    return 0


def forget(now: datetime, limit: int) -> int:
    """Remove what is kept for 30 days only."""
    return services.forget(now=now, limit=limit)


SCHEDULES = [
    Schedule(name="webhooks.wake", cadence=Every(minutes=1), run=wake),
    Schedule(name="webhooks.forget", cadence=Daily(at=time(4, 40)), run=forget, limit=5_000),
]
