"""Asking the worker for figures."""

from __future__ import annotations

import contextlib

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from regulars.analytics.models import MAKE_FIGURES


def request_figures() -> None:
    """Have the worker make the shop's figures anew; asking again before it began changes nothing.

    Within a transaction the job comes into being with its commit.
    """
    # In a savepoint of its own: a job that waits already must not spoil the transaction around.
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(MAKE_FIGURES, queueing_lock=MAKE_FIGURES).defer()
