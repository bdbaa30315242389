"""What the worker does about the shop's figures."""

from __future__ import annotations

from typing import Literal

from django.db.models import Max
from procrastinate.contrib.django.models import ProcrastinateJob

from regulars.analytics.models import MAKE_FIGURES
from regulars.analytics.queries.audits import latest_of

Work = Literal["idle", "making", "failed"]
"""What the worker does about the figures; "failed": the last attempt, and none since succeeded."""


def figures_work() -> Work:
    """What the worker does about the figures somebody asked for. Jobs that went well are no longer there."""
    job = ProcrastinateJob.objects.filter(task_name=MAKE_FIGURES).order_by("-id").first()
    if job is None or job.status in {"cancelled", "aborted", "succeeded"}:
        return "idle"
    if job.status in {"todo", "doing"}:
        return "making"
    ended = job.procrastinateevent_set.aggregate(at=Max("at"))["at"]
    since = latest_of().filter(made_at__gt=ended).exists()
    return "idle" if since else "failed"
