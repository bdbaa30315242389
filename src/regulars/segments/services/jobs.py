"""Waking the worker."""

from __future__ import annotations

import contextlib

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from regulars.segments.models import BUILD


def wake(segment_id: int) -> None:
    """Have the worker find a segment's people; asking again before it began changes nothing.

    Within a transaction the job comes into being with its commit.
    """
    # In a savepoint of its own: a job that waits already must not spoil the transaction around.
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(BUILD, queueing_lock=f"{BUILD}:{segment_id}").defer(segment_id=segment_id)
