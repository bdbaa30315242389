"""Keys of programs, and the script for the shop's site."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.commerce import queries as commerce
from regulars.commerce import services as commerce_services
from regulars.commerce.errors import NameMissing, NameTaken
from regulars.console import connections, identity_examples, said, shown_once
from regulars.console.access import allowed, user_id_of
from regulars.console.connections import DAYS_SHOWN, key_url
from regulars.console.forms.keys import SCOPE_GROUPS, KeyForm, NameForm
from regulars.console.import_pages import moment
from regulars.console.voice import Voice, voice
from regulars.console.wording import connections as wording
from regulars.console.xlsx import Column, workbook
from regulars.kit.errors import RegularsError
from regulars.team import queries, services
from regulars.team.rules import KIND_SCOPES
from regulars.team.types import Action, ApiKey, IdentitySecretState, KeyDay, KeyKind, Permission

IDENTITY = "identity"
"""What a new identity secret is kept under until it is shown."""


@never_cache
@require_safe
@allowed(Permission.CONNECT)
def page(request: HttpRequest) -> HttpResponse:
    """What is connected, when it was last used, and how much came today."""
    speak = voice()
    keys = queries.keys()
    today = queries.keys_on(speak.today)
    rows = connections.listed(keys, today, _branches(), speak)
    context = {
        "rows": [row for row, key in zip(rows, keys, strict=True) if key.revoked_at is None],
        "revoked": [row for row, key in zip(rows, keys, strict=True) if key.revoked_at is not None],
        "totals": connections.totals(keys, today, speak),
        "kinds": _kinds(),
    }
    return render(request, "console/connections/keys.html", context)


@never_cache
@require_safe
@allowed(Permission.CONNECT)
def export(request: HttpRequest) -> HttpResponseBase:
    """The same list as a workbook; taking it out is itself noted."""
    speak = voice()
    services.log(
        user_id=user_id_of(request), action=Action.LIST_TAKEN_OUT, now=speak.now, details={"list": "keys"}
    )
    keys, today, branches = queries.keys(), queries.keys_on(speak.today), _branches()
    columns = [
        Column(_("Name"), width=32),
        Column(_("Kind"), width=28),
        Column(_("Branch"), width=24),
        Column(_("Key"), width=12),
        Column(_("State"), width=18),
        Column(_("Made"), "moment", 18),
        Column(_("Last used"), "moment", 18),
        Column(_("Revoked"), "moment", 18),
        Column(_("Events today"), "whole"),
        Column(_("Refused today"), "whole"),
        Column(_("Calls today"), "whole"),
        Column(_("What it may"), width=60),
    ]
    rows = (
        (
            key.name,
            str(wording.KINDS[key.kind]),
            connections.branch_name(key, branches),
            key.hint,
            wording.standing(key, speak.now).name,
            key.created_at,
            key.last_used_at,
            key.revoked_at,
            today[key.id].taken if key.id in today else 0,
            today[key.id].refused if key.id in today else 0,
            today[key.id].calls if key.id in today else 0,
            "; ".join(wording.may(key)),
        )
        for key in keys
    )
    return workbook(name="keys", columns=columns, rows=rows, timezone=speak.shop.timezone)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.CONNECT)
def new(request: HttpRequest) -> HttpResponse:
    """First what is to be connected, then what is asked for it."""
    chosen = request.POST.get("kind", request.GET.get("kind", ""))
    if chosen not in set(KeyKind):
        return render(request, "console/connections/keys_kind.html", {"kinds": _kinds()})
    kind = KeyKind(chosen)
    branches = [(row.id, row.name) for row in commerce.branches() if row.active]
    form = KeyForm(request.POST or None, kind=kind, branches=branches)
    if request.method == "POST" and form.is_valid() and (made := _create(request, form, kind)):
        return made
    offered = KIND_SCOPES[kind]
    groups = [
        (title, [(scope.value, wording.SCOPES[scope]) for scope in scopes if scope in offered])
        for title, scopes in SCOPE_GROUPS
    ]
    context = {
        "form": form,
        "kind": kind.value,
        "title": wording.KINDS[kind],
        "explained": wording.KINDS_EXPLAINED[kind],
        "groups": groups,
        "ticked": form.chosen(),
    }
    return render(request, "console/connections/keys_new.html", context)


def _create(request: HttpRequest, form: KeyForm, kind: KeyKind) -> HttpResponse | None:
    user, now = user_id_of(request), voice().now
    try:
        with transaction.atomic():
            made = services.create_key(
                name=form.cleaned_data["name"],
                kind=kind,
                scopes=form.cleaned_data.get("scopes"),
                branch_id=_new_branch(form, user, now) or form.cleaned_data.get("branch"),
                user_id=user,
                now=now,
            )
    except RegularsError as error:
        form.add_error("new_branch" if isinstance(error, (NameTaken, NameMissing)) else None, error.message)
        return None
    if kind is KeyKind.BROWSER:  # nothing secret about it: what one wants is where to put it
        said.done(request, _("The key is made. Put the line below into the pages of your site."))
        return redirect("connections-script")
    shown_once.keep(request, made.secret, about=f"key:{made.key.id}")
    return redirect("connections-key", made.key.id)


def _new_branch(form: KeyForm, user_id: int, now: datetime) -> int | None:
    """The branch that is added with the key, so that nobody leaves the form for it."""
    name = form.cleaned_data.get("new_branch")
    if not name:
        return None
    number = commerce_services.save_branch(name=name)
    services.log(user_id=user_id, action=Action.BRANCH_CHANGED, now=now, subject=f"branch:{number}")
    return number


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.CONNECT)
def key(request: HttpRequest, number: int) -> HttpResponse:
    """One key: how it is used, what it may, another name; right after it was made, its secret."""
    speak = voice()
    found = _key(number)
    form = NameForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and form.is_valid() and _rename(request, form, found, speak):
        return redirect("connections-key", number)
    secret = shown_once.take(request, about=f"key:{number}")
    days = queries.key_days(number, since=connections.since(speak))
    today = next((day for day in days if day.day == speak.today), None)
    context = {
        "key": found,
        "form": form,
        "kind": wording.KINDS[found.kind],
        "branch": connections.branch_name(found, _branches()) if found.branch_id else "",
        "standing": wording.standing(found, speak.now),
        "may": wording.may(found),
        "stops": wording.stops_working(found),
        "secret": secret,
        "curl": connections.curl(request, found, secret) if secret else "",
        "made": moment(found.created_at, speak),
        "last_used": moment(found.last_used_at, speak) if found.last_used_at else "",
        "revoked": moment(found.revoked_at, speak) if found.revoked_at else "",
        "figures": _figures(days, today, speak),
        "bars": connections.bars(days, speak),
        "days": [(speak.day(day.day), *_counts(day, speak)) for day in days],
        "days_shown": DAYS_SHOWN,
    }
    return render(request, "console/connections/keys_key.html", context)


def _rename(request: HttpRequest, form: NameForm, found: ApiKey, speak: Voice) -> bool:
    try:
        services.rename_key(
            key_id=found.id, name=form.cleaned_data["name"], user_id=user_id_of(request), now=speak.now
        )
    except RegularsError as error:
        form.add_error("name", error.message)
        return False
    said.done(request, _("The key has another name; it goes on as before."))
    return True


@require_POST
@allowed(Permission.CONNECT)
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """The key opens nothing any more."""
    _key(number)
    if services.revoke_key(key_id=number, user_id=user_id_of(request), now=voice().now):
        said.done(request, _("The key is revoked; within five seconds nobody comes in with it."))
    return redirect(key_url(number))


@never_cache
@require_safe
@allowed(Permission.CONNECT)
def script(request: HttpRequest) -> HttpResponse:
    """Whether the shop's site tells us anything, and what to put into its pages."""
    speak = voice()
    keys = queries.browser_keys()
    asked = request.GET.get("key", "")
    # Of several the one last used, or just made.
    ordered = sorted(keys, key=lambda one: (one.last_used_at or one.created_at, one.id))
    shown = next((one for one in keys if str(one.id) == asked), ordered[-1] if ordered else None)
    today = queries.keys_on(speak.today) if keys else {}
    secrets = queries.identity_secret_states(speak.now)
    day = today.get(shown.id) if shown else None
    context = {
        "key": shown,
        "others": [one for one in keys if one is not shown],
        "snippet": connections.snippet(request, shown) if shown else "",
        "is_reached_safely": connections.is_reached_safely(request),
        "last_used": _clock_and_day(shown.last_used_at, speak) if shown and shown.last_used_at else None,
        "taken": speak.formats.number(day.taken if day else 0),
        "refused": speak.formats.number(day.refused) if day and day.refused else "",
        "secret": shown_once.take(request, about=IDENTITY),
        "current": _secret(next((one for one in secrets if one.ends_at is None), None), speak),
        "former": _secret(next((one for one in secrets if one.ends_at is not None), None), speak),
        "examples": (("Python", identity_examples.PYTHON), ("PHP", identity_examples.PHP)),
    }
    return render(request, "console/connections/keys_script.html", context)


@require_POST
@allowed(Permission.CONNECT)
def identity_secret(request: HttpRequest) -> HttpResponse:
    """Make the identity secret, or one in its place; or end the one before it at once."""
    user_id, now = user_id_of(request), voice().now
    wanted = request.POST.get("do", "")
    if wanted == "make":
        made = services.make_identity_secret(user_id=user_id, now=now)
        shown_once.keep(request, made, about=IDENTITY)
    elif wanted == "end-former":
        if services.end_former_identity_secret(user_id=user_id, now=now):
            said.done(request, _("The former secret proves nothing any more."))
    else:
        raise Http404
    return redirect("connections-script")


def _secret(state: IdentitySecretState | None, speak: Voice) -> dict[str, str | bool] | None:
    if state is None:
        return None
    ends = moment(state.ends_at, speak) if state.ends_at else ""
    made = moment(state.made_at, speak)
    return {"hint": state.hint, "made": made, "ends": ends, "readable": state.readable}


def _clock_and_day(at: datetime, speak: Voice) -> tuple[str, str]:
    """ "14:05" and "today"."""
    day = speak.day_of(at)
    return speak.time(at), _("today") if day == speak.today else speak.day(day)


def _figures(days: list[KeyDay], today: KeyDay | None, speak: Voice) -> dict[str, str]:
    formats = speak.formats
    return {
        "today": formats.number(today.taken if today else 0),
        "calls": formats.number(today.calls if today else 0),
        "refused": formats.number(today.refused if today else 0),
        "month": formats.number(sum(day.taken for day in days)),
    }


def _counts(day: KeyDay, speak: Voice) -> tuple[str, str, str]:
    formats = speak.formats
    return formats.number(day.taken), formats.number(day.refused), formats.number(day.calls)


def _kinds() -> list[tuple[str, str, object, object]]:
    return [
        (kind.value, wording.ICONS[kind], title, wording.KINDS_EXPLAINED[kind])
        for kind, title in wording.KINDS.items()
    ]


def _branches() -> Mapping[int, str]:
    return {row.id: row.name for row in commerce.branches()}


def _key(number: int) -> ApiKey:
    found = queries.key(number)
    if found is None:
        raise Http404
    return found
