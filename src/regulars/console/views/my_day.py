"""What somebody has to do today, and whom to call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from regulars.analytics import queries as analytics
from regulars.console import my_day, said
from regulars.console.access import allowed, may, user_id_of
from regulars.console.contacts import first_contacts
from regulars.console.members_list import figures_of
from regulars.console.places import place_of, place_text
from regulars.console.served_first import served_first
from regulars.console.task_forms import FARTHEST, able, due_at
from regulars.console.voice import Voice, voice
from regulars.console.ways import back, with_choices
from regulars.console.wording.people import Basis, PersonLine, person_line, unseen_line
from regulars.console.wording.tasks import grouped, task_line
from regulars.customers import queries as customers
from regulars.loyalty import queries as loyalty
from regulars.segments import queries as segments
from regulars.segments.ready import BY_KEY, WORTH_A_CALL
from regulars.segments.types import SegmentRow, State
from regulars.team import queries as team
from regulars.team import services as team_services
from regulars.team.types import Action, Permission
from regulars.work import queries as work
from regulars.work import services

TASKS_SHOWN = 50
"""More than that is not done in a day; the page of tasks has all."""
COMING_SHOWN = 10


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.DO_TASKS)
def page(request: HttpRequest) -> HttpResponse:
    """What is due, what comes, whom to call; `calls` chooses the segment whose people are to be called."""
    if request.method == "POST":
        return _choose_calls(request)
    speak, user = voice(), user_id_of(request)
    tomorrow = datetime.combine(speak.today + timedelta(days=1), time(), tzinfo=speak.zone)
    due = work.open_tasks(assignee_id=user, before=tomorrow, limit=TASKS_SHOWN)
    free = work.open_tasks(free=True, before=tomorrow, limit=COMING_SHOWN)
    coming = work.open_tasks(
        assignee_id=user, cursor=(tomorrow, 0), before=tomorrow + my_day.AHEAD, limit=COMING_SHOWN
    )
    people = _people(request, user, speak)
    about = {task.person_id for task in [*due, *free, *coming] if task.person_id}
    names = customers.person_names(sorted(about | people["ids"])) if about or people["ids"] else {}
    first = served_first(about, at=speak.now)
    groups = grouped(due, names, {}, speak, first=first)
    counts = {group.key: len(group.lines) for group in groups}
    done = work.count_closed(closed_by=user, since=tomorrow - timedelta(days=1))
    return render(
        request,
        "console/my_day/page.html",
        {
            "tiles": _tiles(counts, len(coming), done, speak),
            "groups": groups,
            "free": [task_line(task, names, {}, speak, first=first) for task in free],
            "coming": [task_line(task, names, {}, speak, first=first) for task in coming],
            "done": done,
            "colleagues": [member for member in able(team.members()) if member.id != user],
            "tomorrow": (speak.today + timedelta(days=1)).isoformat(),
            "next_week": (speak.today + timedelta(days=7)).isoformat(),
            "today": speak.today.isoformat(),
            "day_words": speak.formats.day(speak.today),
            "points_waiting": _points_waiting(request, user),
            **_lists(request, people, names, speak),
        },
    )


def _points_waiting(request: HttpRequest, user: int) -> int:
    """How many requests for points wait for this one to look at them."""
    if not may(request, Permission.APPROVE_POINTS):
        return 0
    return loyalty.count_adjustments_waiting(not_asked_by=user)


def _tiles(counts: Mapping[str, int], coming: int, done: int, speak: Voice) -> list[dict[str, str]]:
    number = speak.formats.number
    return [
        {"label": _("Due today"), "value": number(counts.get("today", 0))},
        {"label": _("Overdue"), "value": number(counts.get("overdue", 0))},
        {"label": _("Done today"), "value": number(done)},
        {"label": _("In the next 7 days"), "value": _at_most(coming, COMING_SHOWN, speak)},
    ]


def _at_most(count: int, shown: int, speak: Voice) -> str:
    number = speak.formats.number(count)
    return _("%(n)s or more") % {"n": number} if count >= shown else number


def _people(request: HttpRequest, user: int, speak: Voice) -> dict[str, Any]:
    """Who is on the lists of the day, by their numbers."""
    ready = [row for row in segments.segments() if row.state is not State.FAILED]
    segment = my_day.segment_to_call(ready, request.COOKIES.get(my_day.CALLS_COOKIE, ""))
    calls = my_day.calls(segment.id, user_id=user, now=speak.now) if segment else []
    slipping = my_day.slipping_of(user, now=speak.now, shown=calls)
    birthdays = my_day.birthdays_of(user, today=speak.today)
    ids = {*calls, *slipping, *(birthday.person for birthday in birthdays)}
    return {
        "segments": ready,
        "segment": segment,
        "calls": calls,
        "slipping": slipping,
        "birthdays": birthdays,
        "ids": ids,
    }


def _lists(
    request: HttpRequest, people: Mapping[str, Any], names: Mapping[int, str], speak: Voice
) -> dict[str, Any]:
    """The same people in words, each with how to reach them."""
    ids = sorted(people["ids"])
    contacts = first_contacts(request, ids) if ids else {}
    figures = figures_of(ids)
    run = analytics.latest_run() if ids else None
    basis = Basis.of(run)

    def shown(person: int, why: str = "") -> dict[str, Any]:
        line: PersonLine = (
            person_line(figures[person], names.get(person), basis, speak)
            if person in figures
            else unseen_line(person, names.get(person))
        )
        return {"line": line, "contacts": contacts.get(person, []), "why": why}

    segment: SegmentRow | None = people["segment"]
    return {
        "segments": people["segments"],
        "segment": segment,
        "calls": [shown(person) for person in people["calls"]],
        "call_task": _("Call: %(segment)s") % {"segment": segment.name} if segment else "",
        "slipping": [shown(person) for person in people["slipping"]],
        "slipping_task": _("Call or write: silent for longer than usual"),
        "birthdays": [
            shown(birthday.person, my_day.birthday_words(birthday, speak)) for birthday in people["birthdays"]
        ],
        "birthday_task": _("Wish a happy birthday"),
        "ready_key": WORTH_A_CALL,
        "ready_name": BY_KEY[WORTH_A_CALL].name,
    }


def _choose_calls(request: HttpRequest) -> HttpResponse:
    """Remember in the browser whose people are to be called."""
    answer = redirect("tasks-my-day")
    chosen = request.POST.get("calls", "")
    if chosen.isascii() and chosen.isdigit() and len(chosen) < 19:
        answer.set_cookie(
            my_day.CALLS_COOKIE,
            chosen,
            max_age=my_day.CALLS_COOKIE_AGE,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return answer


@require_POST
@allowed(Permission.DO_TASKS)
@transaction.atomic
def postpone(request: HttpRequest, task: int) -> HttpResponse:
    """Another day for a task: `due`, an ISO day; `was`, a place in time, takes the change back exactly."""
    speak, user = voice(), user_id_of(request)
    before = work.task(task)
    back_to = place_of(request.GET.get("was", ""))
    if back_to is not None and abs(back_to[0] - speak.now) > FARTHEST:
        back_to = None  # nobody was given this address by us
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
