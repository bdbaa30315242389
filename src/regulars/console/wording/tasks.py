"""Tasks in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils.translation import gettext as _

from regulars.console.voice import Voice
from regulars.console.wording.people import name_or_number
from regulars.work.types import TaskRow


@dataclass(frozen=True)
class TaskLine:
    """A task of a list; `person` is a number, `assignee` empty where it is nobody's in particular."""

    id: int
    title: str
    due: str
    overdue: bool
    closed: bool
    person: int | None
    person_name: str
    assignee: str
    free: bool
    """Open, and nobody's in particular."""
    first: bool = False
    """About somebody who is served first."""


@dataclass
class TaskGroup:
    key: str
    name: str
    lines: list[TaskLine] = field(default_factory=list)


def task_line(
    task: TaskRow,
    names: Mapping[int, str],
    colleagues: Mapping[int, str],
    voice: Voice,
    *,
    first: Collection[int] = (),
) -> TaskLine:
    """`names` of persons and of `colleagues` by their numbers; without the latter nobody is named. `first`:
    persons who are served first."""
    closed = task.closed_at is not None
    due = voice.day_of(task.due_at)
    assignee = ""
    if colleagues:
        assignee = colleagues.get(task.assignee_id, "") if task.assignee_id else _("nobody in particular")
    return TaskLine(
        id=task.id,
        title=task.title,
        due=_done(task, voice) if closed else _due(task, voice),
        overdue=not closed and due < voice.today,
        closed=closed,
        person=task.person_id,
        person_name=name_or_number(names.get(task.person_id), task.person_id) if task.person_id else "",
        assignee=assignee,
        free=not closed and task.assignee_id is None,
        first=not closed and task.person_id in first,
    )


def grouped(
    tasks: Iterable[TaskRow],
    names: Mapping[int, str],
    colleagues: Mapping[int, str],
    voice: Voice,
    *,
    first: Collection[int] = (),
) -> list[TaskGroup]:
    """Overdue, today's and later ones; groups with nothing in them are left out."""
    groups = {key: TaskGroup(key, name) for key, name in _group_names().items()}
    for task in tasks:
        due = voice.day_of(task.due_at)
        key = "overdue" if due < voice.today else "today" if due == voice.today else "later"
        groups[key].lines.append(task_line(task, names, colleagues, voice, first=first))
    return [group for group in groups.values() if group.lines]


def _due(task: TaskRow, voice: Voice) -> str:
    day = voice.day_of(task.due_at)
    if day == voice.today:
        return _("today")
    if day == voice.today + timedelta(days=1):
        return _("tomorrow")
    if day == voice.today - timedelta(days=1):
        return _("was due yesterday")
    if day < voice.today:
        return _("was due on %(day)s") % {"day": voice.day(day)}
    return _("by %(day)s") % {"day": voice.day(day)}


def _done(task: TaskRow, voice: Voice) -> str:
    if task.closed_at is None:
        return ""
    return _("done on %(day)s") % {"day": voice.day(voice.day_of(task.closed_at))}


def _group_names() -> dict[str, str]:
    return {"overdue": _("Overdue"), "today": _("Today"), "later": _("Later")}
