"""Waking the worker."""

from __future__ import annotations

import contextlib

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from regulars.webhooks.models import SEND


def wake() -> None:
    """Have the worker send what is due, once this transaction is committed; asking twice changes nothing."""
    transaction.on_commit(_defer)


def _defer() -> None:
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(SEND, queueing_lock=SEND).defer()
