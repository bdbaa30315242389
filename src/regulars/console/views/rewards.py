"""The catalogue of rewards: what there is for points, and what was given to good causes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.analytics.wording.numbers import plain
from regulars.console import rewards as pages
from regulars.console import said
from regulars.console.access import allowed, user_id_of
from regulars.console.aged import aged_context, may_take_long
from regulars.console.forms.programme_fields import Around
from regulars.console.forms.rewards import RewardForm, filled_reward
from regulars.console.programme_pages.names import offered, unknown
from regulars.console.voice import Voice, voice
from regulars.console.ways import back
from regulars.console.xlsx import ROWS_MAX, Column, workbook
from regulars.kit.errors import RegularsError
from regulars.loyalty import queries as loyalty
from regulars.loyalty import services
from regulars.loyalty.rules.catalogue import as_drafted
from regulars.loyalty.types import MINOR, Programme
from regulars.loyalty.types.rewards import RewardRow, RewardState
from regulars.team import services as team_services
from regulars.team.types import Action, Permission

TAKEN_SHOWN = 20
_STATES = {"pause": RewardState.PAUSED, "run": RewardState.RUNNING, "remove": RewardState.REMOVED}


@never_cache
@require_safe
@allowed(Permission.SEE_CUSTOMERS)
def page(request: HttpRequest) -> HttpResponse:
    """What there is for points, and what was taken lately."""
    speak = voice()
    told = pages.words(speak)
    waiting = loyalty.count_gifts_waiting(at=speak.now)
    return render(
        request,
        "console/rewards/page.html",
        {
            "lines": [told.line(row) for row in loyalty.rewards()],
            "figures": pages.figures(speak, told),
            "waiting": pages.counted(waiting, speak) if waiting else "",
            "has_programme": loyalty.current(speak.now) is not None,
        },
    )


@require_safe
@allowed(Permission.SEE_CUSTOMERS, Permission.TAKE_LISTS_OUT)
def export(request: HttpRequest) -> HttpResponseBase:
    """The catalogue as a file, with what was removed."""
    speak = voice()
    told = pages.words(speak)
    rows = loyalty.rewards(removed=True)
    _taken_out(request, speak, "rewards", len(rows))
    columns = [
        Column(_("Reward"), width=32),
        Column(_("What it is"), width=18),
        Column(_("Points"), "number"),
        Column(_("What one costs you"), "money"),
        Column(_("Left"), "whole"),
        Column(_("Taken"), "whole"),
        Column(_("Points for it"), "number"),
        Column(_("State"), width=14),
        Column(_("Rule"), width=60),
    ]
    cells = (
        [
            plain(row.name),
            pages.kind_name(row.kind),
            Decimal(row.price_minor) / MINOR,
            speak.amount(row.cost_minor, speak.shop.currency),
            row.left,
            row.taken,
            Decimal(row.given_minor) / MINOR,
            told.standing(row).name,
            told.sentence(row),
        ]
        for row in rows
    )
    return workbook(name=_("rewards"), columns=columns, rows=cells, timezone=speak.shop.timezone)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SET_UP_LOYALTY)
def new(request: HttpRequest) -> HttpResponse:
    """Add a reward."""
    speak = voice()
    form = _form(request, speak, None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                row = services.add_reward(new=form.reward(), now=speak.now)
                _changed(request, speak, row, "added")
        except RegularsError as error:
            form.add_error(None, error.message)
        else:
            said.done(request, _("“%(name)s” is in the catalogue.") % {"name": plain(row.name)})
            return redirect("loyalty-rewards")
    return render(request, "console/rewards/form.html", _around(form, speak, None))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SET_UP_LOYALTY)
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """Change a reward; what was taken of it stays."""
    speak = voice()
    row = _row(number)
    form = _form(request, speak, row)
    if request.method == "POST" and form.is_valid():
        wanted = form.reward()
        try:
            with transaction.atomic():
                services.edit_reward(reward_id=number, new=wanted, seen=_seen(request, row))
                _changed(request, speak, row, "changed")
        except RegularsError as error:
            form.add_error(None, error.message)
        else:
            said.done(request, _("“%(name)s” is changed.") % {"name": plain(wanted.name)})
            return redirect("loyalty-rewards")
    context = {
        "reward": pages.words(speak).line(row),
        "row": row,
        # As the form was first shown, so that it stays refused where a colleague was faster.
        "changes": request.POST.get("changes", row.changes),
        "taken": pages.taken_of(loyalty.last_reward_orders(reward_id=row.id, limit=TAKEN_SHOWN), speak),
        "left_seen": request.POST.get("left_seen", "" if row.left is None else row.left),
    }
    return render(request, "console/rewards/form.html", context | _around(form, speak, row))


@never_cache
@require_POST
@allowed(Permission.SET_UP_LOYALTY)
def says(request: HttpRequest, number: int = 0) -> HttpResponse:
    """What the form says, in the words customers read; `number`: of the reward that is changed."""
    speak = voice()
    row = _row(number) if number else None
    return render(request, "console/programme/says.html", _said(_form(request, speak, row), speak, row))


@require_POST
@allowed(Permission.SET_UP_LOYALTY)
@transaction.atomic
def state(request: HttpRequest, number: int) -> HttpResponse:
    """Pause a reward, offer it again, or remove it."""
    speak = voice()
    row = _row(number)
    wanted = _STATES.get(request.POST.get("state") or request.GET.get("state", ""))
    if wanted is None:
        raise Http404
    if services.set_reward_state(reward_id=number, state=wanted):
        _changed(request, speak, row, wanted.value)
        words = {
            RewardState.PAUSED: _("“%(name)s” is paused: nobody can take it."),
            RewardState.RUNNING: _("“%(name)s” is offered again."),
            RewardState.REMOVED: _("“%(name)s” is out of the catalogue."),
        }[wanted]
        undo = f"{reverse('loyalty-reward-state', args=[number])}?state={_way_back(row.state)}"
        said.done(request, words % {"name": plain(row.name)}, undo=undo)
    return redirect(back(request, reverse("loyalty-rewards")))


@require_safe
@allowed(Permission.SEE_CUSTOMERS, Permission.TAKE_LISTS_OUT)
def taken_export(request: HttpRequest) -> HttpResponseBase:
    """All that was taken, the last first, as a file."""
    speak = voice()
    rows = loyalty.last_reward_orders(limit=ROWS_MAX)
    _taken_out(request, speak, "rewards-taken", len(rows))
    columns = [
        Column(_("When"), "moment"),
        Column(_("Reward"), width=32),
        Column(_("How many"), "whole"),
        Column(_("Points"), "number"),
        Column(_("Customer"), width=28),
        Column(_("What became of it"), width=24),
        Column(_("Handed out, done or used"), "moment", 24),
        Column(_("Usable until"), "moment"),
    ]
    lines = pages.taken_of(rows, speak)
    cells = (
        [
            row.at,
            plain(row.reward_name),
            row.pieces,
            Decimal(row.points_minor) / MINOR,
            line.who,
            line.standing.name,
            row.handed_out_at,
            row.until,
        ]
        for row, line in zip(rows, lines, strict=True)
    )
    return workbook(name=_("rewards taken"), columns=columns, rows=cells, timezone=speak.shop.timezone)


@never_cache
@require_safe
@allowed(Permission.SEE_FIGURES)
@may_take_long
def causes(request: HttpRequest) -> HttpResponse:
    """What was given to good causes."""
    speak = voice()
    context = aged_context("causes", lambda s: {"causes": _causes(s)}, speak)
    return render(request, "console/rewards/causes.html", context)


@require_safe
@allowed(Permission.SEE_FIGURES, Permission.TAKE_LISTS_OUT)
def causes_export(request: HttpRequest) -> HttpResponseBase:
    """The same as a file."""
    speak = voice()
    rows = loyalty.causes(since=speak.now - timedelta(days=365))
    _taken_out(request, speak, "causes", len(rows))
    columns = [
        Column(_("Good cause"), width=32),
        Column(_("Points given"), "number"),
        Column(_("Of them in the last 365 days"), "number", 24),
        Column(_("Customers"), "whole"),
        Column(_("Last given"), "moment"),
    ]
    cells = (
        [
            plain(row.name),
            Decimal(row.given_minor) / MINOR,
            Decimal(row.lately_minor) / MINOR,
            row.people,
            row.last_at,
        ]
        for row in rows
    )
    return workbook(name=_("good causes"), columns=columns, rows=cells, timezone=speak.shop.timezone)


def _causes(speak: Voice) -> list[pages.Cause]:
    told = pages.words(speak)
    version = loyalty.current(speak.now)
    worth = version.programme.worth_minor if version else 0
    currency = version.programme.currency if version else ""
    since = speak.now - timedelta(days=365)
    return [told.cause(row, worth, currency) for row in loyalty.causes(since=since)]


def _form(request: HttpRequest, speak: Voice, row: RewardRow | None) -> RewardForm:
    told = pages.words(speak)
    tiers = [(key, name) for key, name in told.tiers.items() if key in told.known]
    # A tier that was taken out of the programme since stays named until it is unticked.
    gone = [key for key in (row.tiers if row else ()) if key not in told.known]
    tiers += [(key, _("%(tier)s (not any more)") % {"tier": told.tiers.get(key, key)}) for key in gone]
    around = Around(Programme(currency=speak.shop.currency), speak)
    return RewardForm(
        request.POST if request.method == "POST" else None,
        around=around,
        tiers=tiers,
        days=loyalty.due_attributes(),
        kind=row.kind if row else None,
        initial=filled_reward(row, around),
    )


def _around(form: RewardForm, speak: Voice, row: RewardRow | None) -> dict[str, Any]:
    return {"form": form, "offered": offered(form), **_said(form, speak, row)}


def _said(form: RewardForm, speak: Voice, row: RewardRow | None) -> dict[str, Any]:
    """The form in words: as it is filled in, or, before anything was, as the reward stands."""
    told = pages.words(speak)
    shown, missing = row, []
    if form.is_bound and form.is_valid():
        shown, missing = as_drafted(form.reward(), at=speak.now), unknown(form)
    wrong = [
        (form.fields[name].label, errors[0]) for name, errors in form.errors.items() if name in form.fields
    ]
    return {"texts": [told.sentence(shown)] if shown else [], "wrong": wrong, "unknown": missing}


def _seen(request: HttpRequest, row: RewardRow) -> RewardRow:
    """The reward as the form showed it: how often it had been changed, and how many were left."""
    changes, left = request.POST.get("changes", ""), request.POST.get("left_seen", "")
    return replace(
        row,
        changes=int(changes) if changes.isascii() and changes.isdigit() and len(changes) < 9 else -1,
        left=int(left) if left.isascii() and left.isdigit() and len(left) < 19 else None,
    )


def _row(number: int) -> RewardRow:
    row = loyalty.reward(number)
    if row is None or number > 2**63 - 1:
        raise Http404
    return row


def _way_back(state: RewardState) -> str:
    return next(word for word, known in _STATES.items() if known is state)


def _changed(request: HttpRequest, speak: Voice, row: RewardRow, what: str) -> None:
    team_services.log(
        user_id=user_id_of(request),
        action=Action.REWARD_CHANGED,
        now=speak.now,
        subject=f"reward:{row.id}",
        details={"reward": row.name, "what": what},
    )


def _taken_out(request: HttpRequest, speak: Voice, name: str, rows: int) -> None:
    team_services.log(
        user_id=user_id_of(request),
        action=Action.LIST_TAKEN_OUT,
        now=speak.now,
        details={"list": name, "rows": rows},
    )
