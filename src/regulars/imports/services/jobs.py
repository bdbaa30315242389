"""Waking the worker."""

from __future__ import annotations

import contextlib

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from regulars.imports.models import ADVANCE, LOOK


def wake(import_id: int) -> None:
    """Have the worker do what this import waits for; asking again before it began changes nothing.

    Within a transaction the job comes into being with its commit.
    """
    _defer(ADVANCE, import_id=import_id)


def look(watch_id: int) -> None:
    """Have the worker look at a watched place; likewise."""
    _defer(LOOK, watch_id=watch_id)


def _defer(job: str, **what: int) -> None:
    lock = f"{job}:{next(iter(what.values()))}"
    # In a savepoint of its own: a job that waits already must not spoil the transaction around.
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(job, queueing_lock=lock).defer(**what)
