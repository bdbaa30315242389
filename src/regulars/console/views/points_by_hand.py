"""Points given and taken by hand, and those that wait for a second pair of eyes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.analytics.wording.numbers import plain
from regulars.console import by_hand, said
from regulars.console.access import allowed, may, user_id_of
from regulars.console.card_missing import missing
from regulars.console.forms.points import GIVE, TAKE, ByHand, filled_in, new_key
from regulars.console.ids import id_of
from regulars.console.voice import Voice, voice
from regulars.console.ways import back, with_choices
from regulars.console.wording import by_hand as wording
from regulars.console.wording.people import name_or_number
from regulars.console.xlsx import ROWS_MAX, Column, workbook
from regulars.customers import queries as customers
from regulars.customers.types import PersonRow
from regulars.kit.errors import RegularsError
from regulars.loyalty import queries as loyalty
from regulars.loyalty import services
from regulars.loyalty.types import MINOR, AdjustmentRow, AdjustmentState
from regulars.team import services as team_services
from regulars.team.types import Action, Permission

LINES = 50
WAITING_MAX = 100
"""More requests than that are decided before the next ones are shown."""
STATES = {"done": AdjustmentState.DONE, "refused": AdjustmentState.REFUSED}


@never_cache
@require_safe
@allowed(Permission.SEE_CUSTOMERS)
def page(request: HttpRequest) -> HttpResponse:
    """What waits for a second colleague, the oldest first, and what was given and taken, the newest first."""
    speak = voice()
    before, state = _before(request), request.GET.get("state", "")
    state = state if state in STATES else ""
    first = before is None and not state
    waiting = (
        list(reversed(loyalty.adjustments(states=[AdjustmentState.WAITING], limit=WAITING_MAX)))
        if first
        else []
    )
    states = [STATES[state]] if state else list(STATES.values())
    rows = loyalty.adjustments(states=states, before=before, limit=LINES + 1)
    path = request.path
    told = by_hand.told([*waiting, *rows[:LINES]], speak, balances_of=waiting)
    asked = by_hand.Asked(user_id_of(request), may(request, Permission.APPROVE_POINTS))
    return render(
        request,
        "console/points/by_hand.html",
        {
            "waiting": [wording.waiting(row, told, asked, speak) for row in waiting],
            "lines": [wording.line(row, told, speak) for row in rows[:LINES]],
            "states": [
                {"name": name, "url": with_choices(path, state=key), "chosen": key == state}
                for key, name in (("", _("All")), ("done", _("Done")), ("refused", _("Refused")))
            ],
            "first": first,
            "newer_url": with_choices(path, state=state) if before else "",
            "older_url": with_choices(path, state=state, before=rows[LINES - 1].id)
            if len(rows) > LINES
            else "",
            "can_adjust": may(request, Permission.ADJUST_POINTS),
        },
    )


@require_safe
@allowed(Permission.SEE_CUSTOMERS, Permission.TAKE_LISTS_OUT)
def export(request: HttpRequest) -> HttpResponseBase:
    """The same as a file."""
    speak = voice()
    rows = loyalty.adjustments(limit=ROWS_MAX)
    team_services.log(
        user_id=user_id_of(request),
        action=Action.LIST_TAKEN_OUT,
        now=speak.now,
        details={"list": "points-by-hand", "rows": len(rows)},
    )
    told = by_hand.told(rows, speak)
    columns = [
        Column(_("When"), "moment"),
        Column(_("Customer"), width=28),
        Column(_("Points"), "number"),
        Column(_("Why"), width=44),
        Column(_("Who"), width=24),
        Column(_("What became of it"), width=20),
        Column(_("Decided by"), width=24),
        Column(_("Decided"), "moment"),
    ]
    cells = (
        [
            row.asked_at,
            told.person(row),
            Decimal(row.points_minor) / MINOR,
            plain(row.reason),
            told.colleague(row.asked_by),
            wording.standing(row).name,
            told.colleague(row.decided_by) if row.decided_by else "",
            row.decided_at,
        ]
        for row in rows
    )
    name = f"points-by-hand-{speak.today.isoformat()}"
    return workbook(name=name, columns=columns, rows=cells, timezone=speak.shop.timezone)


@require_POST
@allowed(Permission.APPROVE_POINTS)
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """Say yes or no."""
    speak, user = voice(), user_id_of(request)
    accept = request.POST.get("answer") == "yes"
    try:
        with transaction.atomic():
            row = services.decide_adjustment(adjustment_id=number, accept=accept, user_id=user, now=speak.now)
            _log(Action.POINTS_DECIDED, row, user, speak, accepted=accept)
    except RegularsError as error:
        said.refused(request, error.message)
    else:
        said.done(request, wording.decided(row, speak))
    return redirect(back(request, reverse("loyalty-by-hand")))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.ADJUST_POINTS)
def adjust(request: HttpRequest, person: int) -> HttpResponse:
    """Give or take: the form, a look at what would be, and the deed; with `undo` the opposite of one."""
    found = customers.person(person)
    if found is None:
        return missing(request, person, "customers-points-adjust")
    if request.method != "POST":
        way = TAKE if request.GET.get("way") == TAKE else GIVE
        return _form(request, found, ByHand(way=way, key=new_key()))
    if "undo" in request.GET:
        return _undo(request, found)
    form = filled_in(request.POST)
    user, speak = user_id_of(request), voice()
    try:
        if request.POST.get("sure") != "yes":
            outcome = by_hand.look(found.profile_ids[0], form, user, speak)
            return _form(request, found, form, outcome=outcome)
        with transaction.atomic():
            row = services.adjust(
                profile_id=found.profile_ids[0],
                points_minor=form.points_minor,
                reason=form.reason,
                key=f"form:{form.key}",
                user_id=user,
                now=speak.now,
            )
            _log(Action.POINTS_ADJUSTED, row, user, speak)
    except RegularsError as error:
        return _form(request, found, form, problem=error.message)
    done = row.state is AdjustmentState.DONE
    undo = f"{reverse('customers-points-adjust', args=[person])}?undo={row.id}" if done else ""
    said.done(request, wording.done(row, speak), undo=undo)
    return redirect("customers-points", person)


def _form(
    request: HttpRequest,
    found: PersonRow,
    form: ByHand,
    *,
    outcome: by_hand.Outcome | None = None,
    problem: str = "",
) -> HttpResponse:
    speak, user = voice(), user_id_of(request)
    limits = loyalty.adjustment_limits(user, speak.now)
    balance = loyalty.balance(profile_id=found.profile_ids[0], at=speak.now)
    context = {
        "person": found,
        "name": name_or_number(found.name, found.id),
        "form": form,
        "outcome": wording.outcome(outcome, speak) if outcome else None,
        "problem": problem,
        "has_programme": limits is not None,
        "limits": wording.limits(limits, speak) if limits else "",
        "may_any": limits is not None and limits.most_minor > 0,
        "balance": wording.has(balance, speak),
        "reason_characters_max": services.REASON_CHARACTERS_MAX,
    }
    return render(request, "console/points/adjust.html", context, status=422 if problem else 200)


def _undo(request: HttpRequest, found: PersonRow) -> HttpResponse:
    speak, user = voice(), user_id_of(request)
    asked = request.GET.get("undo", "")
    number = id_of(asked) or 0
    one = loyalty.adjustment(number)
    if one is None or one.person_id != found.id:
        said.refused(request, _("There is nothing to undo. Look at the list again."))
        return redirect("customers-points", found.id)
    try:
        with transaction.atomic():
            row = services.undo_adjustment(adjustment_id=number, user_id=user, now=speak.now)
            _log(Action.POINTS_ADJUSTED, row, user, speak)
    except RegularsError as error:
        said.refused(request, error.message)
    else:
        said.done(request, wording.undone(row, speak))
    return redirect(back(request, reverse("customers-points", args=[found.id])))


def _log(action: Action, row: AdjustmentRow, user: int, speak: Voice, **details: Any) -> None:
    team_services.log(
        user_id=user,
        action=action,
        now=speak.now,
        subject=f"person:{row.person_id}",
        details={"adjustment": row.id, "points_minor": row.points_minor, **details},
    )


def _before(request: HttpRequest) -> int | None:
    asked = request.GET.get("before", "")
    return id_of(asked)
