"""Telling other systems what happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.console import said, shown_once, webhook_pages
from regulars.console.access import allowed, user_id_of
from regulars.console.forms.webhooks import WebhookForm
from regulars.console.import_pages import moment
from regulars.console.voice import Voice, voice
from regulars.console.ways import with_choices
from regulars.console.wording import webhooks as wording
from regulars.console.xlsx import ROWS_MAX, Cell, Column, workbook
from regulars.kit.errors import RegularsError
from regulars.team import services as team
from regulars.team.types import Action, Permission
from regulars.webhooks import queries, services
from regulars.webhooks.types import DeliveryRow, EndpointRow, OffReason, State

PAGE = 30
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@never_cache
@require_safe
@allowed(Permission.CONNECT)
def page(request: HttpRequest) -> HttpResponse:
    """Who is told, and whether it arrives."""
    speak = voice()
    rows = queries.endpoints(now=speak.now)
    context = {
        "rows": [webhook_pages.listed(row, speak) for row in rows],
        "arrived": speak.formats.number(sum(row.day_delivered for row in rows)),
        "waiting": speak.formats.number(sum(row.waiting for row in rows)),
        "dead": speak.formats.number(sum(row.dead for row in rows)),
        "any_dead": any(row.dead for row in rows),
    }
    return render(request, "console/connections/webhooks.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.CONNECT)
def new(request: HttpRequest) -> HttpResponse:
    """One more address, and what it is to be told of."""
    form = WebhookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        try:
            made = services.create_endpoint(
                url=wanted["url"], events=wanted["events"], user_id=user_id_of(request), now=voice().now
            )
        except RegularsError as error:
            form.add_error("url", error.message)
        else:
            shown_once.keep(request, made.secret, about=f"webhook:{made.id}")
            return redirect("connections-webhook", made.id)
    context = {"form": form, "choices": webhook_pages.choices(form.chosen())}
    return render(request, "console/connections/webhooks_new.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.CONNECT)
def endpoint(request: HttpRequest, number: int) -> HttpResponse:
    """One address: how it stands, what was sent, and all that can be done about it."""
    speak = voice()
    row = _row(number, speak)
    form = WebhookForm(request.POST or None, initial={"url": row.url, "events": sorted(row.events)})
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        try:
            services.change_endpoint(
                endpoint_id=number,
                url=wanted["url"],
                events=wanted["events"],
                user_id=user_id_of(request),
                now=speak.now,
            )
        except RegularsError as error:
            form.add_error("url", error.message)
        else:
            said.done(request, _("The webhook is changed."))
            return redirect("connections-webhook", number)
    context = _sent(request, row, speak) | {
        "form": form,
        "row": webhook_pages.listed(row, speak),
        "is_on": row.off_reason is None,
        "is_trouble": row.failing_since is not None or row.off_reason not in (None, OffReason.BY_HAND),
        "choices": webhook_pages.choices(form.chosen()),
        "secret": shown_once.take(request, about=f"webhook:{number}"),
        "both_until": _both_until(row, speak),
    }
    return render(request, "console/connections/webhooks_endpoint.html", context)


@require_POST
@allowed(Permission.CONNECT)
def rotate(request: HttpRequest, number: int) -> HttpResponse:
    """A new secret, shown on the next page and never again."""
    speak = voice()
    _row(number, speak)
    secret = services.change_secret(endpoint_id=number, user_id=user_id_of(request), now=speak.now)
    shown_once.keep(request, secret, about=f"webhook:{number}")
    return redirect("connections-webhook", number)


@require_POST
@allowed(Permission.CONNECT)
def test(request: HttpRequest, number: int) -> HttpResponse:
    """Send something that only says that it is a test."""
    speak = voice()
    _row(number, speak)
    return _do(
        request,
        number,
        lambda: services.send_test(endpoint_id=number, now=speak.now),
        _("The test is on its way; what comes of it stands below."),
    )


@require_POST
@allowed(Permission.CONNECT)
def switch(request: HttpRequest, number: int) -> HttpResponse:
    """Off for the time being, or on again with or without what waited."""
    speak, user = voice(), user_id_of(request)
    _row(number, speak)
    if request.POST.get("to") == "on":
        send = request.POST.get("waiting") != "skip"
        services.switch_on(endpoint_id=number, send_waiting=send, user_id=user, now=speak.now)
        said.done(request, _("It is on again."))
    else:
        services.switch_off(endpoint_id=number, user_id=user, now=speak.now)
        said.done(request, _("It is off. What happens meanwhile is kept for 30 days."))
    return redirect("connections-webhook", number)


@require_POST
@allowed(Permission.CONNECT)
def delete(request: HttpRequest, number: int) -> HttpResponse:
    """Tell it nothing more, and forget what was sent."""
    speak = voice()
    _row(number, speak)
    services.delete_endpoint(endpoint_id=number, user_id=user_id_of(request), now=speak.now)
    said.done(request, _("The webhook is deleted."))
    return redirect("connections-webhooks")


@require_POST
@allowed(Permission.CONNECT)
def resend(request: HttpRequest, number: int) -> HttpResponse:
    """Send one delivery again, or all that were given up."""
    speak, user = voice(), user_id_of(request)
    _row(number, speak)
    which = request.POST.get("delivery", "")
    if which.isascii() and which.isdigit() and len(which) < 19:
        return _do(
            request,
            number,
            lambda: services.resend(endpoint_id=number, delivery_id=int(which), user_id=user, now=speak.now),
            _("It is sent again."),
        )
    return _do(
        request,
        number,
        lambda: services.resend_dead(endpoint_id=number, user_id=user, now=speak.now),
        lambda done: (
            ngettext("%(count)s message is sent again.", "%(count)s messages are sent again.", done)
            % {"count": speak.formats.number(done)}
        ),
    )


@require_safe
@allowed(Permission.CONNECT, Permission.TAKE_LISTS_OUT)
def export(request: HttpRequest, number: int) -> HttpResponseBase:
    """What was sent, as a file."""
    speak = voice()
    _row(number, speak)
    team.log(
        user_id=user_id_of(request),
        action=Action.LIST_TAKEN_OUT,
        now=speak.now,
        subject=f"webhook:{number}",
        details={"list": "webhooks"},
    )
    columns = [
        Column(_("When"), "moment", 18),
        Column(_("What happened"), width=36),
        Column(_("State"), width=14),
        Column(_("Tries"), "whole", 8),
        Column(_("Last try"), "moment", 18),
        Column(_("Next try"), "moment", 18),
        Column(_("Answer"), "whole", 8),
        Column(_("Milliseconds"), "whole", 14),
        Column(_("Why it did not arrive"), width=60),
        Column("webhook-id", width=32),
    ]
    rows = (_cells(row) for row in queries.all_deliveries(number, state=_state(request), limit=ROWS_MAX))
    return workbook(name="webhooks", columns=columns, rows=rows, timezone=speak.shop.timezone)


def _cells(row: DeliveryRow) -> list[Cell]:
    return [
        row.created_at,
        wording.event(row.name),
        wording.state(row).name,
        row.tries,
        row.last_tried_at,
        row.next_try_at,
        row.status,
        row.took_ms,
        wording.reason(row.code),
        row.message_id,
    ]


def _sent(request: HttpRequest, row: EndpointRow, speak: Voice) -> dict[str, Any]:
    """A page of what was sent, and which of them are shown."""
    state, before = _state(request), _place(request.GET.get("before", ""))
    rows = queries.deliveries(row.id, state=state, before=before, limit=PAGE + 1)
    shown, path = rows[:PAGE], reverse("connections-webhook", args=[row.id])
    chosen = state.value if state else ""
    return {
        "sent": [webhook_pages.sent(one, speak) for one in shown],
        "states": [("", _("All")), *((s.value, str(words)) for s, words in wording.STATES.items())],
        "state": chosen,
        "is_first": before is None,
        "is_on_its_way": row.off_reason is None and webhook_pages.is_on_its_way(shown, speak),
        "older_url": with_choices(path, state=chosen, before=_link(shown[-1])) if len(rows) > PAGE else "",
        "newer_url": with_choices(path, state=chosen) if before is not None else "",
    }


def _state(request: HttpRequest) -> State | None:
    wanted = request.GET.get("state", "")
    return State(wanted) if wanted in set(State) else None


def _link(row: DeliveryRow) -> str:
    """A place in the list as addresses carry it: microseconds since 1970 and the number of the row."""
    return f"{(row.created_at - _EPOCH) // timedelta(microseconds=1)}.{row.id}"


def _place(text: str) -> tuple[datetime, int] | None:
    at, _dot, number = text.partition(".")
    if not (text.isascii() and at.isdigit() and number.isdigit()) or len(at) > 16 or len(number) > 18:
        return None
    return _EPOCH + timedelta(microseconds=int(at)), int(number)


def _both_until(row: EndpointRow, speak: Voice) -> str:
    until = row.old_secret_until
    return moment(until, speak) if until is not None and until > speak.now else ""


def _do(
    request: HttpRequest, number: int, work: Callable[[], Any], words: str | Callable[[Any], str]
) -> HttpResponse:
    """Do it and say so, or why not."""
    try:
        done = work()
    except RegularsError as error:
        said.refused(request, error.message)
    else:
        said.done(request, words if isinstance(words, str) else words(done))
    return redirect("connections-webhook", number)


def _row(number: int, speak: Voice) -> EndpointRow:
    row = queries.endpoint(number, now=speak.now)
    if row is None:
        raise Http404
    return row
