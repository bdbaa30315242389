"""Reading what has to be done."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import F, Q, QuerySet

from regulars.work.models import Task
from regulars.work.types import TaskRow

TASKS_MAX = 200
"""Most tasks read at once."""
_COLUMNS = (
    "id", "title", "due_at", "profile_id", "profile__person_id", "assignee_id", "created_by", "created_at",
    "closed_at", "closed_by",
)  # fmt: skip


def tasks_of(person_id: int, *, limit: int = TASKS_MAX) -> list[TaskRow]:
    """The tasks about a person: the open ones by their time, then the closed ones, the last closed first."""
    tasks = Task.objects.filter(profile__person_id=person_id).order_by(
        F("closed_at").desc(nulls_first=True), "due_at", "id"
    )
    return _rows(tasks, limit)


def open_tasks(
    *,
    assignee_id: int | None = None,
    free: bool = False,
    before: datetime | None = None,
    cursor: tuple[datetime, int] | None = None,
    limit: int,
) -> list[TaskRow]:
    """A page of open tasks, those due first first; at most TASKS_MAX.

    Of one colleague or (None) of all, or, `free`, those of nobody in particular; those due earlier than
    `before` only, if it is given. `cursor` is the (due_at, id) of the last line of the page before.
    """
    tasks = Task.objects.filter(closed_at=None)
    if free:
        tasks = tasks.filter(assignee_id=None)
    elif assignee_id is not None:
        tasks = tasks.filter(assignee_id=assignee_id)
    if before is not None:
        tasks = tasks.filter(due_at__lt=before)
    if cursor is not None:
        due_at, id_ = cursor
        tasks = tasks.filter(due_at__gte=due_at).exclude(due_at=due_at, id__lte=id_)
    return _rows(tasks.order_by("due_at", "id"), limit)


def count_open(*, assignee_id: int | None = None, before: datetime) -> int:
    """How many open tasks (of a colleague, or of all) are due earlier than `before`."""
    tasks = Task.objects.filter(closed_at=None, due_at__lt=before)
    return tasks.count() if assignee_id is None else tasks.filter(assignee_id=assignee_id).count()


def count_closed(*, closed_by: int, since: datetime) -> int:
    """How many tasks a colleague has closed since then."""
    return Task.objects.filter(closed_by=closed_by, closed_at__gte=since).count()


def persons_with_tasks(person_ids: Collection[int], *, closed_since: datetime | None = None) -> set[int]:
    """Those of these persons about whom a task is open, or was closed since then: somebody sees to them."""
    wanted = Q(closed_at=None)
    if closed_since is not None:
        wanted |= Q(closed_at__gte=closed_since)
    about = Task.objects.filter(wanted, profile__person_id__in=person_ids)
    return {person for person in about.values_list("profile__person_id", flat=True) if person is not None}


def count_tasks(profile_ids: Sequence[int]) -> int:
    """How many tasks, open or closed, there are about these profiles."""
    return Task.objects.filter(profile_id__in=profile_ids).count()


def task(task_id: int) -> TaskRow | None:
    """One task; None if there is no such."""
    return next(iter(_rows(Task.objects.filter(pk=task_id), 1)), None)


def _rows(tasks: QuerySet[Task], limit: int) -> list[TaskRow]:
    return [TaskRow(*row) for row in tasks.values_list(*_COLUMNS)[: min(limit, TASKS_MAX)]]
