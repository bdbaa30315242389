"""What somebody has to do today, and whom to call."""

from __future__ import annotations

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from regulars.console import said
from regulars.console.access import allowed, user_id_of
from regulars.console.places import place_of, place_text
from regulars.console.task_forms import able, due_at
from regulars.console.voice import Voice, voice
from regulars.console.ways import back, with_choices
from regulars.team import queries as team
from regulars.team import services as team_services
from regulars.team.types import Action, Permission
from regulars.work import queries as work
from regulars.work import services


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.DO_TASKS)
def page(request: HttpRequest) -> HttpResponse:
    raise Http404


@require_POST
@allowed(Permission.DO_TASKS)
@transaction.atomic
def postpone(request: HttpRequest, task: int) -> HttpResponse:
    """Another day for a task: `due`, an ISO day; `was`, a place in time, takes the change back exactly."""
    speak, user = voice(), user_id_of(request)
    before = work.task(task)
    back_to = place_of(request.GET.get("was", ""))
    due = back_to[0] if back_to else due_at(request.POST.get("due", ""), speak)
    if before is None or not services.postpone(task_id=task, due_at=due):
        said.refused(request, _("The task was done already."))
    else:
        _log(user, task, "postponed", speak)
        undo = with_choices(reverse("tasks-postpone", args=[task]), was=place_text((before.due_at, 0)))
        words = _("The task is for %(day)s now.") % {"day": speak.day(speak.day_of(due))}
        said.done(request, words, undo="" if back_to else undo)
    return redirect(back(request, reverse("tasks-my-day")))


@require_POST
@allowed(Permission.DO_TASKS)
@transaction.atomic
def give(request: HttpRequest, task: int) -> HttpResponse:
    """Give a task to a colleague or to nobody in particular (`to` empty); `was` takes the change back."""
    speak, user = voice(), user_id_of(request)
    before, undoing = work.task(task), "was" in request.GET
    chosen = request.GET["was"] if undoing else request.POST.get("to", "")
    names = {str(member.id): member.called for member in able(team.members())}
    if chosen and chosen not in names:
        said.refused(request, _("Nobody was chosen. Choose a colleague first."))
    elif before is None or not services.reassign(task_id=task, assignee_id=int(chosen) if chosen else None):
        said.refused(request, _("The task was done already."))
    else:
        _log(user, task, "given", speak)
        undo = f"{reverse('tasks-give', args=[task])}?was={before.assignee_id or ''}"
        words = _("The task is now with %(name)s.") % {"name": names[chosen]} if chosen else ""
        words = words or _("The task is nobody’s in particular now.")
        said.done(request, words, undo="" if undoing else undo)
    return redirect(back(request, reverse("tasks-my-day")))


def _log(user: int, task: int, change: str, speak: Voice) -> None:
    team_services.log(
        user_id=user,
        action=Action.TASK_CHANGED,
        now=speak.now,
        subject=f"task:{task}",
        details={"change": change},
    )
