"""Words of staff's work, and what its services take and give."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from regulars.events.types import EventType

TASK_CREATED = EventType("task_created")
TASK_CLOSED = EventType("task_closed")

TITLE_CHARACTERS_MAX = 300
"""A line and a half on a phone; what needs more is a note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """Something to be done by a time, about a customer (`profile_id`) or in general."""

    title: str
    due_at: datetime
    profile_id: int | None = None
    assignee_id: int | None = None


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task. Users are named by their ids; `person_id` is whose profile it is about, if about one."""

    id: int
    title: str
    due_at: datetime
    profile_id: int | None
    person_id: int | None
    assignee_id: int | None
    created_by: int | None
    created_at: datetime
    closed_at: datetime | None
    closed_by: int | None
