"""Every write to tasks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from regulars.events import services as events
from regulars.events.types import EventType, NewEvent
from regulars.work.errors import BadTask
from regulars.work.models import Task
from regulars.work.types import TASK_CLOSED, TASK_CREATED, TITLE_CHARACTERS_MAX, NewTask

_CLOSE = """
WITH open AS (
    SELECT id FROM work_task WHERE id = ANY(%(tasks)s) AND closed_at IS NULL ORDER BY id FOR NO KEY UPDATE
)
UPDATE work_task AS t SET closed_at = %(now)s, closed_by = %(by)s, closings = t.closings + 1
FROM open WHERE t.id = open.id RETURNING t.id, t.closings, t.profile_id
"""


@transaction.atomic
def create_task(
    *,
    title: str,
    due_at: datetime,
    created_by: int | None,
    now: datetime,
    profile_id: int | None = None,
    assignee_id: int | None = None,
    backfill: bool = False,
) -> int:
    """Note something to be done; gives its id. Records `task_created` if it is about a customer.

    Raises BadTask for a title that is empty or too long.
    """
    new = NewTask(title=title, due_at=due_at, profile_id=profile_id, assignee_id=assignee_id)
    return create_tasks(new=[new], created_by=created_by, now=now, backfill=backfill)[0]


@transaction.atomic
def create_tasks(
    *, new: Sequence[NewTask], created_by: int | None, now: datetime, backfill: bool = False
) -> list[int]:
    """Note several things to be done; gives their ids in the same order. Otherwise as `create_task`."""
    tasks = Task.objects.bulk_create(
        Task(
            profile_id=one.profile_id,
            title=_clean_title(one.title),
            due_at=one.due_at,
            assignee_id=one.assignee_id,
            created_by=created_by,
            created_at=now,
        )
        for one in new
    )
    made = [
        _event(TASK_CREATED, f"task_created:{task.pk}", task.pk, task.profile_id, now)
        for task in tasks
        if task.profile_id is not None
    ]
    events.record(made, now=now, backfill=backfill)
    return [task.pk for task in tasks]


def _clean_title(text: str) -> str:
    title = " ".join(text.replace("\x00", "").split())
    if not title:
        raise BadTask(_("The task has no title. Say in a few words what is to be done."))
    if len(title) > TITLE_CHARACTERS_MAX:
        raise BadTask(
            _("The title is too long: it has %(length)s characters, the most is %(most)s. Shorten it.")
            % {"length": len(title), "most": TITLE_CHARACTERS_MAX}
        )
    return title


def close_task(*, task_id: int, closed_by: int | None, now: datetime) -> bool:
    """Call a task done; False if it was done already or there is none. Records `task_closed`."""
    return bool(close_tasks(task_ids=[task_id], closed_by=closed_by, now=now))


@transaction.atomic
def close_tasks(*, task_ids: Collection[int], closed_by: int | None, now: datetime) -> set[int]:
    """Call several tasks done; gives those that were open. Otherwise as `close_task`."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, {"tasks": sorted(set(task_ids)), "now": now, "by": closed_by})
        rows = cursor.fetchall()
    closed = [
        _event(TASK_CLOSED, f"task_closed:{id_}:{closings}", id_, profile_id, now)
        for id_, closings, profile_id in rows
        if profile_id is not None
    ]
    events.record(closed, now=now)
    return {id_ for id_, *_rest in rows}


def reopen_task(*, task_id: int) -> bool:
    """Take back that a task is done; False if it is open or there is none."""
    closed = Task.objects.filter(pk=task_id, closed_at__isnull=False)
    return closed.update(closed_at=None, closed_by=None) == 1


def reassign(*, task_id: int, assignee_id: int | None) -> bool:
    """Give an open task to somebody else (None: to nobody in particular); False if it is not open."""
    return Task.objects.filter(pk=task_id, closed_at=None).update(assignee_id=assignee_id) == 1


def postpone(*, task_id: int, due_at: datetime) -> bool:
    """Have an open task due at another time, earlier or later; False if it is not open."""
    return Task.objects.filter(pk=task_id, closed_at=None).update(due_at=due_at) == 1


@transaction.atomic
def remove_tasks(*, profile_ids: Sequence[int] = (), task_ids: Sequence[int] = ()) -> int:
    """Remove tasks for good, as when a made-up shop is cleared: these, and all about these profiles.

    Says how many.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM work_task WHERE profile_id = ANY(%s) OR id = ANY(%s)",
            [list(profile_ids), list(task_ids)],
        )
        return int(cursor.rowcount)


def _event(type_: EventType, key: str, task_id: int, profile_id: int, now: datetime) -> NewEvent:
    return NewEvent(
        type=type_,
        source="work",
        key=key,
        occurred_at=now,
        profile_id=profile_id,
        properties={"task_id": task_id},
    )
