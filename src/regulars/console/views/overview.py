"""The first page: how the shop stands, whom to look at today, what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regulars.analytics import queries as analytics
from regulars.analytics.queries import Kept
from regulars.analytics.report import leads
from regulars.analytics.report.tables import month_rows
from regulars.analytics.types import Stage
from regulars.analytics.wording.numbers import Formats
from regulars.console.access import allowed, may, permissions_of, user_id_of
from regulars.console.contacts import first_contacts
from regulars.console.figures import tile
from regulars.console.standing import missing_steps, standing, waits_in_vain
from regulars.console.voice import Voice, voice
from regulars.console.ways import with_choices
from regulars.console.wording import overview as wording
from regulars.console.wording.people import Basis, name_or_number, person_line, stage
from regulars.console.wording.tasks import task_line
from regulars.customers import queries as customers
from regulars.team.types import Permission
from regulars.work import queries as work
from regulars.work.models import Task
from regulars.work.types import TaskRow

PEOPLE_SHOWN = 6
"""As many as one can call in a morning; the list behind the link has all."""
TASKS_SHOWN = 5
SLIPPING: tuple[Stage, ...] = ("at_risk", "lapsed")
STEPS_SHOWN = 2
"""Of setting up, beside the growth points: more would push those away."""


@never_cache
@require_safe
@allowed(Permission.SEE_FIGURES)
def page(request: HttpRequest) -> HttpResponse:
    """How the shop stands; `access.allowed` leads those without figures to the customers."""
    speak = voice()
    kept = analytics.latest_kept()
    stands = standing(speak.shop)
    missing = missing_steps(stands, speak.shop, permissions_of(request))
    work_state = analytics.figures_work()
    waits = waits_in_vain(speak.now) if work_state == "making" else None
    context: dict[str, Any] = {
        "shop": speak.shop,
        "stands": stands,
        "work": work_state,
        "waits": waits and wording.waited(waits),
        "seen": kept.id if kept else "",
        "steps": wording.steps(missing[: STEPS_SHOWN if kept else None]),
        "with_figures": kept is not None,
    }
    if kept is not None:
        context |= _figures(kept, speak)
    context |= _people(request, kept, speak)
    return render(request, "console/overview/page.html", context)


def _figures(kept: Kept, speak: Voice) -> dict[str, Any]:
    """The headline and the months, in the currency the audit was made in."""
    audit = kept.audit
    formats = Formats(speak.language, audit.currency)
    drawings = kept.charts.get(speak.language, {})
    return {
        "figures": [tile(key, audit, formats) for key in wording.HEADLINE],
        "basis": wording.basis(audit, speak),
        "months_lead": leads.months(audit, formats),
        "revenue_caption": leads.revenue_caption(audit),
        "months": month_rows(audit, formats),
        "has_partial_month": any(month.partial for month in audit.months),
        "revenue_chart": mark_safe(drawings.get("revenue", "")),  # noqa: S308 (drawn by our own worker)
        "slipping_lead": leads.slipping(audit, formats),
    }


def _people(request: HttpRequest, kept: Kept | None, speak: Voice) -> dict[str, Any]:
    """Who to look at today, the tasks of today, and names for all of them in one question."""
    rows = analytics.look_at_today(PEOPLE_SHOWN) if kept else []
    tasks = _tasks(request, speak)
    growth = wording.growth(kept.audit, speak) if kept else []
    begin_with = [person for point in growth for person in point.people]
    ids = [row.person_id for row in rows] + [t.person_id for t in tasks if t.person_id] + begin_with
    names = customers.person_names(sorted(set(ids)))
    contacts = first_contacts(request, [row.person_id for row in rows]) if rows else {}
    busy = _with_tasks([row.person_id for row in rows]) if may(request, Permission.DO_TASKS) else set()
    basis = Basis.of(kept.audit if kept else None)
    return {
        "slipping": [
            {"name": words.name, "url": with_choices(reverse("customers"), stage=key, sort="revenue")}
            for key in SLIPPING
            if (words := stage(key, basis, speak)) is not None
        ],
        "call_title": _("Call or write: silent for longer than usual"),
        "today": speak.today.isoformat(),
        "people": [
            {
                "line": person_line(row, names.get(row.person_id), basis, speak),
                "contacts": contacts.get(row.person_id, []),
                "has_task": row.person_id in busy,
            }
            for row in rows
        ],
        "tasks": [task_line(task, names, {}, speak) for task in tasks],
        "growth": [_with_names(point, names) for point in growth],
    }


def _tasks(request: HttpRequest, speak: Voice) -> list[TaskRow]:
    """Mine that are due today or were earlier."""
    if not may(request, Permission.DO_TASKS):
        return []
    tomorrow = datetime.combine(speak.today + timedelta(days=1), time(), tzinfo=speak.zone)
    return work.open_tasks(assignee_id=user_id_of(request), before=tomorrow, limit=TASKS_SHOWN)


def _with_tasks(person_ids: list[int]) -> set[int]:
    """Those of them somebody has set a task about already, so that nobody is called twice."""
    if not person_ids:
        return set()
    tasks = Task.objects.filter(closed_at=None, profile__person_id__in=person_ids)
    return set(tasks.values_list("profile__person_id", flat=True))


def _with_names(point: wording.Growth, names: Mapping[int, str]) -> dict[str, Any]:
    people = [{"id": i, "name": name_or_number(names.get(i), i)} for i in point.people]
    return {"words": point, "people": people}
