"""Having the demo shop taken away, and how far that is.

Filling and clearing it belongs to the simulator, which stands above; the console asks for it by the
name of its job.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from regulars.commerce.models import Order
from regulars.customers.models import Profile

SOURCE = "demo"
"""Where the customers and orders of the demo shop say they come from."""
REMOVE = "simulator.clear_demo"
"""The job that takes the demo shop away; the simulator has a task of this name."""


@dataclass(frozen=True)
class Removal:
    """How far the removal is: orders and customers still there, and whether somebody is at it."""

    orders: int
    customers: int
    under_way: bool


def ask_for_removal() -> None:
    """Have the worker take the demo shop away; asking again while a job waits changes nothing."""
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(REMOVE, queueing_lock=REMOVE).defer()


def removal() -> Removal | None:
    """How far it is; None if it was never asked for, or is done."""
    last = (
        ProcrastinateJob.objects.filter(task_name=REMOVE)
        .order_by("-id")
        .values_list("status", flat=True)
        .first()
    )
    if last is None:
        return None
    left = Removal(
        orders=Order.objects.filter(source=SOURCE).count(),
        customers=Profile.objects.filter(source=SOURCE).count(),
        under_way=last in ("todo", "doing"),
    )
    return left if left.under_way or last == "failed" else None
