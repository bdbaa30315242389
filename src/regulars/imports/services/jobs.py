"""Waking the worker."""

from __future__ import annotations

import contextlib

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from regulars.imports.models import ADVANCE


def wake(import_id: int) -> None:
    """Have the worker do what this import waits for; asking again before it began changes nothing.

    Within a transaction the job comes into being with its commit.
    """
    # In a savepoint of its own: a job that waits already must not spoil the transaction around.
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(ADVANCE, queueing_lock=f"{ADVANCE}:{import_id}").defer(import_id=import_id)
