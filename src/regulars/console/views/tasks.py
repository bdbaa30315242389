"""Tasks of the team."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from regulars.console import said
from regulars.console.access import allowed, user_id_of
from regulars.console.places import place_of, place_text
from regulars.console.served_first import served_first
from regulars.console.task_forms import able, chosen_assignee, due_at
from regulars.console.voice import Voice, voice
from regulars.console.ways import back, with_choices
from regulars.console.wording.people import name_or_number
from regulars.console.wording.tasks import grouped
from regulars.console.xlsx import ROWS_MAX, Cell, Column, workbook
from regulars.customers import queries as customers
from regulars.team import queries as team
from regulars.team import services as team_services
from regulars.team.types import Action, Permission
from regulars.work import queries as work
from regulars.work import services
from regulars.work.errors import BadTask
from regulars.work.types import TaskRow

PAGE = 100


@never_cache
@require_safe
@allowed(Permission.DO_TASKS)
def page(request: HttpRequest) -> HttpResponse:
    """Open tasks, mine or everybody's: overdue, today's, later."""
    speak, user = voice(), user_id_of(request)
    everybody = request.GET.get("who") == "all"
    at = place_of(request.GET.get("after", ""))
    rows = work.open_tasks(assignee_id=None if everybody else user, cursor=at, limit=PAGE + 1)
    shown = rows[:PAGE]
    members = team.members()
    colleagues = {member.id: member.called for member in members} if everybody else {}
    names = _names(shown)
    who = "all" if everybody else ""
    older = place_text((shown[-1].due_at, shown[-1].id)) if len(rows) > PAGE else ""
    path = reverse("tasks")
    return render(
        request,
        "console/tasks/page.html",
        {
            "groups": grouped(shown, names, colleagues, speak, first=served_first(names, at=speak.now)),
            "everybody": everybody,
            "mine_url": path,
            "all_url": with_choices(path, who="all"),
            "file_url": with_choices(reverse("tasks-export"), who=who),
            "older_url": older and with_choices(path, who=who, after=older),
            "newer_url": with_choices(path, who=who) if at else "",
            "today": speak.today.isoformat(),
            "me": user,
            "colleagues": able(members),
        },
    )


@require_POST
@allowed(Permission.DO_TASKS)
@transaction.atomic
def add(request: HttpRequest) -> HttpResponse:
    """A task about nobody in particular; those about a customer are set on the card."""
    speak, user = voice(), user_id_of(request)
    try:
        task = services.create_task(
            title=request.POST.get("title", ""),
            due_at=due_at(request.POST.get("due", ""), speak),
            created_by=user,
            now=speak.now,
            assignee_id=chosen_assignee(request.POST.get("assignee"), user),
        )
    except BadTask as error:
        said.refused(request, error.message)
    else:
        _log(user, task, "created", speak)
        said.done(request, _("The task is set."), undo=reverse("tasks-close", args=[task]))
    return redirect(back(request, reverse("tasks")))


@require_POST
@allowed(Permission.DO_TASKS)
@transaction.atomic
def close(request: HttpRequest, task: int) -> HttpResponse:
    """Done; what follows offers to open it again."""
    speak, user = voice(), user_id_of(request)
    if services.close_task(task_id=task, closed_by=user, now=speak.now):
        _log(user, task, "closed", speak)
        said.done(request, _("The task is off the list."), undo=reverse("tasks-reopen", args=[task]))
    else:
        said.refused(request, _("The task was done already."))
    return redirect(back(request, reverse("tasks")))


@require_POST
@allowed(Permission.DO_TASKS)
@transaction.atomic
def reopen(request: HttpRequest, task: int) -> HttpResponse:
    """Open again what was closed by mistake."""
    speak, user = voice(), user_id_of(request)
    if services.reopen_task(task_id=task):
        _log(user, task, "reopened", speak)
        said.done(request, _("The task is open again."))
    else:
        said.refused(request, _("The task is open already."))
    return redirect(back(request, reverse("tasks")))


@require_POST
@allowed(Permission.DO_TASKS)
@transaction.atomic
def take(request: HttpRequest, task: int) -> HttpResponse:
    """Make an open task one's own."""
    speak, user = voice(), user_id_of(request)
    if services.reassign(task_id=task, assignee_id=user):
        _log(user, task, "taken", speak)
        said.done(request, _("The task is yours."))
    else:
        said.refused(request, _("The task was done already."))
    return redirect(back(request, reverse("tasks")))


@require_safe
@allowed(Permission.DO_TASKS, Permission.TAKE_LISTS_OUT)
def export(request: HttpRequest) -> HttpResponseBase:
    """The same list as a file."""
    speak, user = voice(), user_id_of(request)
    everybody = request.GET.get("who") == "all"
    rows = _all_open(None if everybody else user)
    names, colleagues = _names(rows), {member.id: member.called for member in team.members()}
    team_services.log(
        user_id=user,
        action=Action.LIST_TAKEN_OUT,
        now=speak.now,
        subject="tasks",
        details={"rows": len(rows), "everybody": everybody},
    )
    columns = [
        Column(_("Due"), "day", 12),
        Column(_("Task"), width=48),
        Column(_("Customer"), width=32),
        Column(_("Customer’s number"), "whole", 12),
        Column(_("Whose"), width=28),
        Column(_("Set on"), "moment", 18),
    ]
    cells = [_cells(row, names, colleagues, speak) for row in rows]
    return workbook(name="tasks", columns=columns, rows=cells, timezone=speak.shop.timezone)


def _cells(row: TaskRow, names: dict[int, str], colleagues: dict[int, str], speak: Voice) -> list[Cell]:
    person = row.person_id
    return [
        speak.day_of(row.due_at),
        row.title,
        name_or_number(names.get(person), person) if person else None,
        person,
        colleagues.get(row.assignee_id) if row.assignee_id else None,
        row.created_at,
    ]


def _all_open(assignee_id: int | None) -> list[TaskRow]:
    """As many as a file takes, read in pages."""
    found: list[TaskRow] = []
    at: tuple[datetime, int] | None = None
    while len(found) < ROWS_MAX:
        read = work.open_tasks(assignee_id=assignee_id, cursor=at, limit=work.TASKS_MAX)
        found += read
        if len(read) < work.TASKS_MAX:
            break
        at = read[-1].due_at, read[-1].id
    return found


def _names(rows: list[TaskRow]) -> dict[int, str]:
    ids: list[Any] = sorted({row.person_id for row in rows if row.person_id})
    return dict(customers.person_names(ids)) if ids else {}


def _log(user: int, task: int, change: str, speak: Voice) -> None:
    team_services.log(
        user_id=user,
        action=Action.TASK_CHANGED,
        now=speak.now,
        subject=f"task:{task}",
        details={"change": change},
    )
