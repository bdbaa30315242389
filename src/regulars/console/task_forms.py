"""What the forms for a new task offer and what they send: by when, and whose."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from regulars.console.voice import Voice
from regulars.team import queries as team
from regulars.team.rules import ROLE_PERMISSIONS
from regulars.team.types import Member, Permission

FARTHEST = timedelta(days=10 * 366)
"""A task for another day than that is mistyped, and the edges of the calendar have no zones."""


def able(members: Iterable[Member]) -> list[Member]:
    """Those of the team to whom a task can be given."""
    return [
        member
        for member in members
        if member.active and member.role and Permission.DO_TASKS in ROLE_PERMISSIONS[member.role]
    ]


def due_at(day: str, speak: Voice) -> datetime:
    """The end of the day named, in the shop's zone; today's where none or an impossible one is named."""
    try:
        due = date.fromisoformat(day)
    except ValueError:
        due = speak.today
    if abs(due - speak.today) > FARTHEST:
        due = speak.today
    return datetime.combine(due, time(23, 59), tzinfo=speak.zone)


def chosen_assignee(chosen: str | None, user: int) -> int | None:
    """Whom the form gives the task: a colleague, nobody in particular (empty), by default oneself."""
    if chosen is None:
        return user
    if not chosen:
        return None
    return next((m.id for m in able(team.members()) if str(m.id) == chosen), user)
