"""One customer: figures in words, timeline, notes, tasks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from regulars.analytics import queries as analytics
from regulars.commerce import queries as commerce
from regulars.commerce.types import OrderStatus
from regulars.console import said
from regulars.console.access import allowed, may, user_id_of
from regulars.console.card_about import (
    attributes_part,
    consents_part,
    manager_part,
    merges_part,
    segments_part,
)
from regulars.console.card_benefits import benefits_part
from regulars.console.card_missing import missing
from regulars.console.card_points import points_part
from regulars.console.card_timeline import position_of, timeline_page, visit_page
from regulars.console.contacts import contacts_of
from regulars.console.friend_pages import friends_part
from regulars.console.task_forms import able, chosen_assignee, due_at
from regulars.console.voice import Voice, voice
from regulars.console.ways import back, with_choices
from regulars.console.wording import card as wording
from regulars.console.wording.happenings import Told
from regulars.console.wording.happenings_kinds import KINDS
from regulars.console.wording.people import Basis, name_or_number, segment, stage
from regulars.console.wording.tasks import task_line
from regulars.customers import queries as customers
from regulars.customers import services as customer_services
from regulars.customers.errors import BadNote
from regulars.customers.types import NoteRow, PersonRow
from regulars.team import queries as team
from regulars.team import services as team_services
from regulars.team.models import AuditLogEntry
from regulars.team.types import Action, Member, Permission
from regulars.work import queries as work
from regulars.work import services as work_services
from regulars.work.errors import BadTask
from regulars.work.types import TaskRow

ORDERS_SHOWN = 5
ORDERS_ALL = 200
SEEN_AGAIN_AFTER = timedelta(days=1)
"""Within it, opening the same card again is no new line of the audit log."""
TASK_CLOSED_SHOWN = 3


@never_cache
@require_safe
@allowed(Permission.SEE_CUSTOMERS)
def page(request: HttpRequest, person: int) -> HttpResponse:
    """The whole card."""
    found = customers.person(person)
    if found is None:
        return missing(request, person)
    speak, run = voice(), analytics.latest_run()
    figures = analytics.figures_of(person)
    basis = Basis.of(run)
    notes = customers.notes_of(person)
    members = team.members()
    tasks = work.tasks_of(person) if may(request, Permission.DO_TASKS) else []
    orders = _orders(request, found, speak)
    _note_seen(request, person, speak)
    return render(
        request,
        "console/card/page.html",
        {
            "person": found,
            "name": name_or_number(found.name, person),
            "story": wording.story(figures, basis, speak, has_ordered=orders.pop("has_ordered")),
            "figures": wording.figures_of(figures, basis, speak) if figures else [],
            "stage": stage(figures.stage, basis, speak) if figures else None,
            "segment": segment(figures.segment) if figures else None,
            "contacts": contacts_of(request, found),
            "sources": wording.sources(found.profiles, whole=may(request, Permission.SEE_CONTACTS)),
            **attributes_part(found, speak),
            **manager_part(request, found, members),
            **merges_part(request, found),
            **segments_part(found, speak),
            **consents_part(request, found, speak),
            **points_part(request, found, speak),
            **benefits_part(found, speak),
            **friends_part(found, speak),
            "known_since": speak.formats.day(speak.day_of(found.created_at)),
            "as_of": speak.formats.day(basis.as_of) if basis else "",
            **orders,
            **_timeline(request, found, _told(notes, tasks), speak),
            "notes": _notes(request, notes, members, speak),
            "note_characters_max": customer_services.NOTE_CHARACTERS_MAX,
            **_tasks(request, tasks, members, speak),
        },
    )


@never_cache
@require_safe
@allowed(Permission.SEE_CUSTOMERS)
def timeline(request: HttpRequest, person: int) -> HttpResponse:
    """The next lines of the timeline, put below those that are there."""
    found = customers.person(person)
    if found is None:
        return missing(request, person, "customers-timeline")
    tasks = work.tasks_of(person) if may(request, Permission.DO_TASKS) else []
    context = _timeline(request, found, _told(customers.notes_of(person), tasks), voice())
    return render(request, "console/card/happened.html", {"person": found, **context})


@never_cache
@require_safe
@allowed(Permission.SEE_CUSTOMERS)
def visit(request: HttpRequest, person: int) -> HttpResponse:
    """What was done in a visit: below its line, or on a page of its own where there are no scripts."""
    found = customers.person(person)
    if found is None:
        return missing(request, person, "customers-visit")
    kind = _kind(request)
    opened = visit_page(
        found.profile_ids, visit=request.GET.get("visit", ""), kind=kind, told=Told(), voice=voice()
    )
    if opened is None:
        return redirect(_card(person, "timeline"))
    further = opened.further and with_choices(request.path, kind=kind, visit=opened.further)
    context = {
        "person": found,
        "name": name_or_number(found.name, person),
        "visit": opened,
        "further": further,
    }
    part = "HX-Request" in request.headers
    return render(request, "console/card/steps.html" if part else "console/card/visit.html", context)


@require_POST
@allowed(Permission.WRITE_NOTES)
@transaction.atomic
def add_note(request: HttpRequest, person: int) -> HttpResponse:
    found = customers.person(person)
    if found is None:
        return missing(request, person)
    speak, user = voice(), user_id_of(request)
    try:
        note = customer_services.write_note(
            profile_id=found.profile_ids[0], author_id=user, text=request.POST.get("text", ""), now=speak.now
        )
    except BadNote as error:
        said.refused(request, error.message)
    else:
        _log(user, Action.NOTE_WRITTEN, person, speak, note=note)
        said.done(request, _("The note is kept."))
    return redirect(_card(person, "notes"))


@require_POST
@allowed(Permission.WRITE_NOTES)
@transaction.atomic
def delete_note(request: HttpRequest, person: int, note: int) -> HttpResponse:
    """Take one's own note away; what follows offers to bring it back."""
    speak, user = voice(), user_id_of(request)
    if customer_services.delete_note(note_id=note, author_id=user, now=speak.now):
        _log(user, Action.NOTE_DELETED, person, speak, note=note)
        said.done(
            request, _("The note is deleted."), undo=reverse("customers-note-restore", args=[person, note])
        )
    else:
        said.refused(
            request, _("The note is gone already, or a colleague wrote it: only they can delete it.")
        )
    return redirect(_card(person, "notes"))


@require_POST
@allowed(Permission.WRITE_NOTES)
@transaction.atomic
def restore_note(request: HttpRequest, person: int, note: int) -> HttpResponse:
    """Bring one's own deleted note back."""
    speak, user = voice(), user_id_of(request)
    if customer_services.restore_note(note_id=note, author_id=user):
        _log(user, Action.NOTE_WRITTEN, person, speak, note=note)
        said.done(request, _("The note is back."))
    return redirect(_card(person, "notes"))


@require_POST
@allowed(Permission.DO_TASKS)
@transaction.atomic
def add_task(request: HttpRequest, person: int) -> HttpResponse:
    """A task about this customer, from the card or in one click from the overview."""
    found = customers.person(person)
    if found is None:
        return missing(request, person)
    speak, user = voice(), user_id_of(request)
    try:
        task = work_services.create_task(
            title=request.POST.get("title", ""),
            due_at=due_at(request.POST.get("due", ""), speak),
            created_by=user,
            now=speak.now,
            profile_id=found.profile_ids[0],
            assignee_id=chosen_assignee(request.POST.get("assignee"), user),
        )
    except BadTask as error:
        said.refused(request, error.message)
    else:
        _log(user, Action.TASK_CHANGED, person, speak, task=task, change="created")
        if "HX-Request" in request.headers:
            return render(request, "console/overview/task_set.html", {"task": task})
        name = name_or_number(found.name, person)
        said.done(
            request,
            _("The task about %(name)s is set.") % {"name": name},
            undo=reverse("tasks-close", args=[task]),
        )
    return redirect(back(request, _card(person, "tasks")))


def _card(person: int, place: str) -> str:
    return f"{reverse('customers-card', args=[person])}#{place}"


def _log(user: int, action: Action, person: int, speak: Voice, **details: int | str) -> None:
    team_services.log(user_id=user, action=action, now=speak.now, subject=f"person:{person}", details=details)


def _note_seen(request: HttpRequest, person: int, speak: Voice) -> None:
    """A line of the audit log for who saw whose card, once a day."""
    user = user_id_of(request)
    seen = AuditLogEntry.objects.filter(
        subject=f"person:{person}",
        at__gt=speak.now - SEEN_AGAIN_AFTER,
        user_id=user,
        action=Action.CARD_SEEN.value,
    )
    if not seen.exists():
        _log(user, Action.CARD_SEEN, person, speak)


def _orders(request: HttpRequest, found: PersonRow, speak: Voice) -> dict[str, Any]:
    everything = request.GET.get("orders") == "all"
    limit = ORDERS_ALL if everything else ORDERS_SHOWN
    rows = commerce.last_orders(found.profile_ids, limit + 1)
    shown = rows[:limit]
    lines = commerce.order_lines([row.id for row in shown])
    return {
        "has_ordered": any(row.status is OrderStatus.COMPLETED for row in shown),
        "orders": wording.orders(shown, lines, speak),
        "more_orders": "" if everything or len(rows) <= limit else f"{request.path}?orders=all#orders",
    }


def _timeline(request: HttpRequest, found: PersonRow, told: Told, speak: Voice) -> dict[str, Any]:
    kind = _kind(request)
    happened = timeline_page(
        found.profile_ids,
        kind=kind,
        before=position_of(request.GET.get("before", "")),
        told=told,
        voice=speak,
    )
    card, more = reverse("customers-card", args=[found.id]), reverse("customers-timeline", args=[found.id])
    kinds = [("", _("All")), *happened.kinds.items()]
    return {
        "days": happened.days,
        "kind": kind,
        "kinds": [
            {"name": name, "url": with_choices(card, kind=key) + "#timeline", "chosen": key == kind}
            for key, name in kinds
        ],
        "further": happened.further and with_choices(more, kind=kind, before=happened.further),
        "further_page": happened.further
        and with_choices(card, kind=kind, before=happened.further) + "#timeline",
        "from_the_top": not request.GET.get("before"),
    }


def _kind(request: HttpRequest) -> str:
    asked = request.GET.get("kind", "")
    return asked if asked in KINDS else ""


def _told(notes: list[NoteRow], tasks: list[TaskRow]) -> Told:
    return Told(notes={note.id: note.text for note in notes}, tasks={task.id: task.title for task in tasks})


def _notes(
    request: HttpRequest, notes: list[NoteRow], members: list[Member], speak: Voice
) -> list[dict[str, Any]]:
    user = user_id_of(request)
    authors = {member.id: member.called for member in members}
    return [
        {
            "id": note.id,
            "text": note.text,
            "author": authors.get(note.author_id or 0, ""),
            "day": speak.day(speak.day_of(note.written_at)),
            "mine": note.author_id == user and may(request, Permission.WRITE_NOTES),
        }
        for note in notes
    ]


def _tasks(request: HttpRequest, rows: list[TaskRow], members: list[Member], speak: Voice) -> dict[str, Any]:
    if not may(request, Permission.DO_TASKS):
        return {}
    colleagues = {member.id: member.called for member in members}
    lines = [task_line(row, {}, colleagues, speak) for row in rows]
    closed = [line for line in lines if line.closed]
    return {
        "tasks": [line for line in lines if not line.closed] + closed[:TASK_CLOSED_SHOWN],
        "today": speak.today.isoformat(),
        "me": user_id_of(request),
        "colleagues": able(members),
    }
