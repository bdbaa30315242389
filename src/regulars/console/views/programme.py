"""The programme: what it is made of, its basics, looking it over and publishing, what held when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.console import said
from regulars.console.access import allowed, user_id_of
from regulars.console.forms.programme import ProgrammeForm, filled
from regulars.console.loyalty_pages import in_words
from regulars.console.loyalty_pages.spans import begin_of
from regulars.console.loyalty_pages.trial import trial
from regulars.console.programme_pages.before_publishing import Waiting, bereft_rewards, waiting_rules
from regulars.console.programme_pages.desk import Desk, context_of
from regulars.console.programme_pages.steps import steps
from regulars.console.programme_pages.trying import trying
from regulars.console.voice import Voice, voice
from regulars.loyalty import queries, services
from regulars.loyalty.errors import BadProgramme, DraftChanged
from regulars.loyalty.types import Programme
from regulars.loyalty.types.drafts import Changed
from regulars.team import queries as team_queries
from regulars.team import services as team
from regulars.team.types import Action, Permission

AHEAD_MAX = timedelta(days=730)
"""A later day is a slip of the hand."""


@dataclass(frozen=True)
class Since:
    """From when it is to hold, as somebody chose; `problem` where that cannot be understood."""

    choice: str
    day: str
    moment: datetime | None
    problem: str = ""


@never_cache
@require_safe
@allowed(Permission.SET_UP_LOYALTY)
def page(request: HttpRequest) -> HttpResponse:
    """All parts, step by step, each with its sentence."""
    desk = Desk(voice(), user_id_of(request))
    context = context_of(desk) | {"steps": steps(desk), "trying": trying(request.GET, desk)}
    return render(request, "console/programme/page.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SET_UP_LOYALTY)
def basics(request: HttpRequest) -> HttpResponse:
    """What an order earns, what points are worth, when they can be spent, expire, go back."""
    desk = Desk(voice(), user_id_of(request))
    currency = desk.speak.shop.currency
    if request.method != "POST":
        form = ProgrammeForm(initial=filled(desk.programme), currency=currency)
    else:
        form = ProgrammeForm(request.POST, currency=currency)
        if form.is_valid():
            desk.keep(form.programme, Changed("changed", "basics"))
            said.done(request, _("Kept in the draft. Nothing is published yet."))
            return redirect("loyalty-programme")
    context = _says(form, desk) | {
        "form": form,
        "sign": desk.sign,
        "window": desk.speak.shop.return_window_days,
        "newest": desk.newest,
    }
    status = 422 if form.is_bound else 200
    return render(request, "console/programme/basics.html", context, status=status)


@never_cache
@require_POST
@allowed(Permission.SET_UP_LOYALTY)
def sentences(request: HttpRequest) -> HttpResponse:
    """What the form of the basics says, in words; while it cannot be understood, what is wrong with it."""
    desk = Desk(voice(), user_id_of(request))
    form = ProgrammeForm(request.POST, currency=desk.speak.shop.currency)
    return render(request, "console/loyalty/says.html", _says(form, desk))


@never_cache
@require_safe
@allowed(Permission.SET_UP_LOYALTY)
def tried(request: HttpRequest) -> HttpResponse:
    """What an order would earn by the draft."""
    desk = Desk(voice(), user_id_of(request))
    return render(request, "console/programme/tried.html", {"trying": trying(request.GET, desk)})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SET_UP_LOYALTY)
def look(request: HttpRequest) -> HttpResponse:
    """All that changes, before it is published."""
    desk = Desk(voice(), user_id_of(request))
    waiting, problem = waiting_rules(desk), ""
    since = Since("day" if waiting and waiting.day else "now", waiting.day if waiting else "", None)
    if request.method == "POST":
        since = _not_by_accident(request, _since(request, desk.speak), waiting)
        if request.POST.get("seen", "") != _seen(desk):
            problem = _("Somebody changed the draft meanwhile: look at it once more. %(who)s") % {
                "who": desk.by_whom()
            }
        elif not since.problem:
            try:
                return _published(request, desk, since)
            except (BadProgramme, DraftChanged) as error:
                problem = error.message
    context = context_of(desk) | {
        "seen": _seen(desk),
        "differences": in_words.differences(desk.published, desk.programme, desk.speak),
        "is_first": desk.newest is None,
        "is_changed": desk.is_changed,
        "says": in_words.sentences(desk.programme, desk.speak),
        "example": in_words.example(desk.programme, desk.speak),
        "trial": trial(desk.programme, desk.published, desk.speak),
        "since": since,
        "waiting": waiting,
        "may_be_early": "early" in request.POST,
        "bereft": bereft_rewards(desk),
        "problem": problem or desk.problem,
        "tomorrow": (desk.speak.today + timedelta(days=1)).isoformat(),
    }
    status = 422 if since.problem or problem else 200
    return render(request, "console/programme/look.html", context, status=status)


@never_cache
@require_safe
@allowed(Permission.SEE_CUSTOMERS)
def versions(request: HttpRequest) -> HttpResponse:
    """What was published when, by whom, and what it changed."""
    speak, kept = voice(), queries.versions()
    users = sorted({v.published_by for v in kept if v.published_by is not None})
    names = team_queries.user_names(users) if users else {}
    current = next((v for v in reversed(kept) if v.since <= speak.now), None)
    draft = queries.draft()
    context = {
        "draft_number": draft.number if draft else 0,
        "versions": in_words.published(kept, names, speak),
        "current": in_words.sentences(current.programme, speak) if current else (),
        "example": in_words.example(current.programme, speak) if current else "",
    }
    return render(request, "console/loyalty/versions.html", context)


def _says(form: ProgrammeForm, desk: Desk) -> dict[str, Any]:
    if not form.is_bound:
        return _in_words(desk.programme, desk.speak)
    if not form.is_valid():
        wrong = [
            (str(form.fields[name].label), errors[0])
            for name, errors in form.errors.items()
            if name in form.fields
        ]
        return {"wrong": wrong, "says": (), "example": ""}
    return _in_words(form.programme(), desk.speak)


def _in_words(programme: Programme, speak: Voice) -> dict[str, Any]:
    return {
        "wrong": [],
        "says": in_words.basics(programme, speak, briefly=False),
        "example": in_words.example(programme, speak),
    }


def _published(request: HttpRequest, desk: Desk, since: Since) -> HttpResponse:
    user, now = desk.user_id, desk.speak.now
    with transaction.atomic():
        version = services.publish_draft(
            programme=desk.programme,
            seen=desk.seen,
            since=since.moment,
            now=now,
            user_id=user,
            instead_of=desk.newest.id if desk.newest else None,
        )
        team.log(
            user_id=user,
            action=Action.PROGRAMME_PUBLISHED,
            now=now,
            subject=f"programme:{version.id}",
            details={"since": version.since.isoformat()} | ({"day": since.day} if since.moment else {}),
        )
    if version.since > now:
        moment = in_words.moment(version.since, desk.speak)
        said.done(request, _("Published. The rules hold for orders from %(moment)s on.") % {"moment": moment})
    elif (coming := next((one for one in queries.versions() if one.since > now), None)) is not None:
        moment = in_words.moment(coming.since, desk.speak)
        text = _("Published. The rules hold for orders from now on, until %(moment)s: then others begin.")
        said.done(request, text % {"moment": moment})
    else:
        said.done(request, _("Published. The rules hold for orders from now on."))
    return redirect("loyalty-programme-versions")


def _seen(desk: Desk) -> str:
    """What is looked over: the draft, and what it would take the place of."""
    return f"{desk.seen or 0}.{desk.newest.id if desk.newest else 0}"


def _not_by_accident(request: HttpRequest, since: Since, waiting: Waiting | None) -> Since:
    """The same; refused where what waits for a later day would begin before it, unless that is wanted."""
    is_early = waiting is not None and (since.moment is None or since.moment < waiting.since)
    if since.problem or not is_early or request.POST.get("early"):
        return since
    problem = _(
        "Some of these changes wait for a later day. Say that they may begin earlier, or choose their day."
    )
    return replace(since, problem=problem)


def _since(request: HttpRequest, speak: Voice) -> Since:
    choice, day = request.POST.get("since", "now"), request.POST.get("day", "")
    if choice != "day":
        return Since("now", day, None)
    try:
        chosen = date.fromisoformat(day)
    except ValueError:
        return Since("day", day, None, _("Choose the day."))
    if not speak.today < chosen <= speak.today + AHEAD_MAX:
        return Since("day", day, None, _("Choose a day from tomorrow on, within two years."))
    return Since("day", day, begin_of(chosen, speak.zone))
