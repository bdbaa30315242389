"""The rules of the programme, and what they say in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

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
from regulars.console.voice import Voice, voice
from regulars.kit.money import to_minor
from regulars.loyalty import queries, services
from regulars.loyalty.errors import BadProgramme
from regulars.loyalty.types import Programme, Version
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
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SET_UP_LOYALTY)
def page(request: HttpRequest) -> HttpResponse:
    """The form; then what it says and what that would have cost; then it is published."""
    speak, versions = voice(), queries.versions()
    newest = versions[-1] if versions else None
    if request.method != "POST":
        form = ProgrammeForm(initial=_filled(newest, speak), currency=speak.shop.currency)
        return _form(request, form, newest, speak)
    form = ProgrammeForm(request.POST, currency=speak.shop.currency)
    if request.POST.get("do") == "edit" or not form.is_valid():
        return _form(request, form, newest, speak)
    programme, since = form.programme(), _since(request, speak)
    if request.POST.get("do") == "publish" and not since.problem:
        try:
            return _published(request, programme, since, speak)
        except BadProgramme as error:
            since = Since(since.choice, since.day, since.moment, error.message)
    return _preview(request, form, programme, since, newest, speak)


@never_cache
@require_POST
@allowed(Permission.SET_UP_LOYALTY)
def sentences(request: HttpRequest) -> HttpResponse:
    """What the form says, in words; while it cannot be understood, what is wrong with it."""
    speak = voice()
    form = ProgrammeForm(request.POST, currency=speak.shop.currency)
    return render(request, "console/loyalty/says.html", _says(form, speak))


@never_cache
@require_safe
@allowed(Permission.SEE_CUSTOMERS)
def versions(request: HttpRequest) -> HttpResponse:
    """What was published when, by whom, and what it changed."""
    speak, kept = voice(), queries.versions()
    users = sorted({v.published_by for v in kept if v.published_by is not None})
    names = team_queries.user_names(users) if users else {}
    current = next((v for v in reversed(kept) if v.since <= speak.now), None)
    context = {
        "versions": in_words.published(kept, names, speak),
        "current": in_words.sentences(current.programme, speak) if current else (),
        "example": in_words.example(current.programme, speak) if current else "",
    }
    return render(request, "console/loyalty/versions.html", context)


def _form(request: HttpRequest, form: ProgrammeForm, newest: Version | None, speak: Voice) -> HttpResponse:
    context = _says(form, speak) | {
        "form": form,
        "newest": newest,
        "currency": form.currency,
        "window": speak.shop.return_window_days,
        "coming": newest is not None and newest.since > speak.now,
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "console/loyalty/programme.html", context, status=status)


def _says(form: ProgrammeForm, speak: Voice) -> dict[str, Any]:
    if not form.is_bound:
        form = ProgrammeForm(_sent(form), currency=form.currency)
    if not form.is_valid():
        wrong = [
            (str(form.fields[name].label), errors[0])
            for name, errors in form.errors.items()
            if name in form.fields
        ]
        return {"wrong": wrong, "says": (), "example": ""}
    programme = form.programme()
    return {
        "wrong": [],
        "says": in_words.sentences(programme, speak),
        "example": in_words.example(programme, speak),
    }


def _sent(form: ProgrammeForm) -> dict[str, Any]:
    """What a browser would send of the form as it is shown first."""
    values = {}
    for bound in form:
        value = bound.value()
        if value not in (None, False, ""):
            values[bound.name] = value
    return values


def _preview(
    request: HttpRequest,
    form: ProgrammeForm,
    programme: Programme,
    since: Since,
    newest: Version | None,
    speak: Voice,
) -> HttpResponse:
    context = {
        "kept": [(name, value) for name, value in request.POST.items() if name in form.fields],
        "differences": in_words.differences(newest.programme if newest else None, programme, speak),
        "is_first": newest is None,
        "says": in_words.sentences(programme, speak),
        "example": in_words.example(programme, speak),
        "trial": trial(programme, speak),
        "since": since,
        "tomorrow": (speak.today + timedelta(days=1)).isoformat(),
    }
    status = 422 if since.problem else 200
    return render(request, "console/loyalty/preview.html", context, status=status)


def _published(request: HttpRequest, programme: Programme, since: Since, speak: Voice) -> HttpResponse:
    user = user_id_of(request)
    version = services.publish(programme=programme, since=since.moment, now=speak.now, user_id=user)
    team.log(
        user_id=user,
        action=Action.PROGRAMME_PUBLISHED,
        now=speak.now,
        subject=f"programme:{version.id}",
        details={"since": version.since.isoformat()},
    )
    if version.since > speak.now:
        moment = in_words.moment(version.since, speak)
        said.done(request, _("Published. The rules hold for orders from %(moment)s on.") % {"moment": moment})
    else:
        said.done(request, _("Published. The rules hold for orders from now on."))
    return redirect("loyalty-programme-versions")


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


def _filled(newest: Version | None, speak: Voice) -> dict[str, Any]:
    currency = speak.shop.currency
    if newest is None:
        return filled(Programme(currency=currency, worth_minor=to_minor(1, currency)))
    return filled(newest.programme)
