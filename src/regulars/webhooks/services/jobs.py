"""Waking the worker."""

from __future__ import annotations

import contextlib

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from regulars.webhooks.models import SEND


def wake() -> None:
    """Have the worker send what is due, once this transaction is committed; asking twice changes nothing.

    Should that fail, the schedule sees to it within a minute.
    """
    transaction.on_commit(_defer, robust=True)


def _defer() -> None:
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(SEND, queueing_lock=SEND).defer()
